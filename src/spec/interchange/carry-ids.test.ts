import { expect, it } from 'vitest';
import { assignIds } from '../assign-ids.ts';
import { carryIds } from './carry-ids.ts';

const spec = `# Login

## Requirements

### Requirement: Login
The system SHALL let in.

#### Scenario: Right
- **WHEN** a
- **THEN** b

### Requirement: Logout
The system SHALL let out.

- WHEN asked, the system SHALL end the session.
`;
const { file: own } = assignIds('login', spec);

it('gives criteria that come anew the ids that they have here, whatever else has changed', () => {
  expect(carryIds('login', own, spec)).toBe(own);
  const changed = spec.replace('- **THEN** b', '- **THEN** c').replace('Requirement: Logout', 'Requirement: Leave');
  expect(carryIds('login', own, changed)).toBe(
    own
      .replace('- **THEN** b', '- **THEN** c')
      .replace('Requirement: Logout', 'Requirement: Leave')
      .replace(' <!-- login/AC-2 -->', ''),
  );
});

it('changes no byte where there is nothing to carry over', () => {
  expect(carryIds('login', spec, own)).toBe(own);
  expect(carryIds('login', spec, spec.replaceAll('\n', '\r\n'))).toBe(spec.replaceAll('\n', '\r\n'));
});
