/** What single lines give away. */
import type { ConcernFamily } from '../../model/concern.ts';

export interface LineRule {
  readonly family: ConcernFamily;
  readonly pattern: RegExp;
  readonly says: string;
  readonly where: 'product' | 'tests' | 'both';
}

export const lineRules: readonly LineRule[] = [
  {
    family: 'test-focused',
    where: 'tests',
    says: 'a test runs alone',
    pattern:
      /^\s*(?:fit|fdescribe|fcontext)\b\s*(?:["'(]|\w+ do)|,\s*:focus\b|,\s*focus:\s*true|\b(?:FIt|FDescribe|FContext)\(/,
  },
  {
    family: 'retry-added',
    where: 'both',
    says: 'a test is run again when it fails',
    pattern:
      /@(?:RetryingTest|RepeatedIfExceptionsTest|Retry)\b|rerunFailingTests|\bretry:\s*\d|\[Retry\(|#\[flaky_test/,
  },
  {
    family: 'types-silenced',
    where: 'product',
    says: 'the compiler is told to look away',
    pattern:
      /@SuppressWarnings\("(?:unchecked|rawtypes|all)"|#pragma warning disable|@phpstan-ignore|@psalm-suppress|\bT\.unsafe\(|# typed: (?:false|ignore)/,
  },
  {
    family: 'lint-silenced',
    where: 'both',
    says: 'the linter is told to look away',
    pattern:
      /#!?\[(?:allow|expect)\(|@SuppressWarnings\b|@Suppress\(|@SuppressLint|\[SuppressMessage|detekt:disable|phpcs:(?:disable|ignore)|credo:disable/,
  },
  {
    family: 'coverage-excluded',
    where: 'product',
    says: 'a part is left out of what is measured',
    pattern:
      /#\[(?:cfg\(not\(tarpaulin|coverage\(off\)|cfg_attr\([^)]*no_coverage)|@(?:Generated|ExcludeFromCodeCoverage)|\[ExcludeFromCodeCoverage|@codeCoverageIgnore/,
  },
  {
    family: 'run-ended',
    where: 'tests',
    says: 'it ends the process, and the tests with it',
    pattern:
      /\bos\.Exit\(0\)|\bprocess::exit\(0\)|\bSystem\.exit\(0\)|\bRuntime\.getRuntime\(\)\.halt\(0\)|\bEnvironment\.Exit\(0\)|\bexitProcess\(0\)|^\s*exit!?\s*\(?(?:0|true)\b|^\s*exit!?\s*$/,
  },
  {
    family: 'grader-detected',
    where: 'product',
    says: 'it asks whether it is being tested',
    pattern:
      /\btesting\.Testing\(\)|\bcfg!\(test\)|#\[cfg\(not\(test\)\)\]|flag\.Lookup\("test\.|\bos\.Getenv\("(?:CI|GITHUB_ACTIONS)"|env::var\("(?:CI|RUST_TEST\w*|NEXTEST\w*)"|System\.getenv\("(?:CI|GITHUB_ACTIONS)"|getProperty\("surefire|ENV\[["'](?:CI|RSPEC\w*)["']\]|defined\?\(RSpec\)|strings\.HasSuffix\(os\.Args\[0\]/,
  },
];
