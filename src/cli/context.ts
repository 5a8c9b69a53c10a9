/** What commands share: the environment, output, and a factory that is closed again. */
import { readEnvironment, type AppEnvironment } from '../app/environment.ts';
import type { Factory } from '../app/open-factory.ts';
import { UserError, exitCode, type ExitCode } from '../model/user-error.ts';
import { createOutput, type Output } from './output.ts';

export interface CliContext {
  readonly environment: AppEnvironment;
  readonly output: Output;
  /** Opens the factory for the time of `work`. */
  withFactory<T>(work: (factory: Factory) => Promise<T>): Promise<T>;
  /** Ends with this code, without an error text. */
  exit(code: ExitCode): void;
  /** Refuses when a sandboxed program asks: agents decide nothing. */
  requirePerson(): void;
}

export function createContext(): CliContext {
  const environment = readEnvironment();
  const output = createOutput(process.stdout, process.stderr, environment.variable('NO_COLOR') !== undefined);
  return {
    environment,
    output,
    async withFactory(work) {
      // The database and all that belongs to it are a third of what the program has to load.
      const { openFactory } = await import('../app/open-factory.ts');
      const factory = await openFactory(environment, (text) => output.talk(text));
      try {
        return await work(factory);
      } catch (error) {
        const { explainFullDisk } = await import('../app/full-disk.ts');
        throw (await explainFullDisk(environment.home, error)) ?? error;
      } finally {
        await factory.close();
      }
    },
    exit(code) {
      process.exitCode = code;
    },
    requirePerson() {
      if (environment.insideSession()) {
        throw new UserError(
          'E_NOT_A_PERSON',
          'this runs inside an agent’s session, which may decide nothing',
          'let a person run it',
          { exit: exitCode.needsPerson },
        );
      }
    },
  };
}
