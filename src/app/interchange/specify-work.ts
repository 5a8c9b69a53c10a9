/** Foreign work as use cases: an interviewer makes specs of it, instead of a maker building it. */
import { exitCode, UserError } from '../../model/user-error.ts';
import type { NewWork } from '../../spec/interchange/new-work.ts';

/** Those of these numbers or keys; all without one. E_NOT_FOUND, E_AMBIGUOUS. */
export function chooseWork(work: readonly NewWork[], names: readonly string[]): readonly NewWork[] {
  const isNamed = ({ key }: NewWork, name: string) => key === name || key.endsWith(`#${name.replace(/^#/, '')}`);
  const several = names.find((name) => work.filter((each) => isNamed(each, name)).length > 1);
  if (several !== undefined)
    throw new UserError('E_AMBIGUOUS', `${several} is an issue of several repositories`, 'name it as OWNER/NAME#12', {
      exit: exitCode.usage,
    });
  const unknown = names.find((name) => !work.some((each) => isNamed(each, name)));
  if (unknown !== undefined)
    throw new UserError(
      'E_NOT_FOUND',
      `there is no open issue ${JSON.stringify(unknown)}`,
      'leave --only away to see all',
      {
        exit: exitCode.notFound,
      },
    );
  return names.length === 0 ? work : work.filter((each) => names.some((name) => isNamed(each, name)));
}

/** What an interviewer is asked; the text stays marked as its author's. */
export function asUseCase(work: NewWork): NewWork {
  return {
    ...work,
    title: `Specify: ${work.title}`.slice(0, 500),
    body: `The use case is what this asks for, in the words of whoever opened it.\n\n${work.body}`,
    after: [],
  };
}
