/** Comments that tell a tool to look away. */
import type { ConcernFamily } from '../model/concern.ts';
import type { Mark } from './source-facts.ts';

interface CommentRule {
  readonly family: ConcernFamily;
  readonly pattern: RegExp;
  readonly says: string;
  /** Absent: in tests too. */
  readonly where?: 'product';
  /** Wherever in the comment; absent: at its beginning. */
  readonly anywhere?: true;
}

const rules: readonly CommentRule[] = [
  { family: 'types-silenced', pattern: /@ts-(?:ignore|nocheck)\b/, says: 'the compiler is told to look away' },
  {
    family: 'types-silenced',
    pattern: /@(?:type|param|returns?|property|typedef)\s*\{[^{}]{0,200}(?:\bany\b|\*)/,
    says: 'the type any',
    where: 'product',
    anywhere: true,
  },
  {
    family: 'types-silenced',
    pattern: /@ts-expect-error\b/,
    says: 'the compiler is told to look away',
    where: 'product',
  },
  {
    family: 'types-silenced',
    pattern:
      /#\s*(?:type:\s*ignore|pyright:\s*(?:ignore|basic|off)|mypy:\s*(?:ignore-errors|disable))|\bpyre-(?:ignore|fixme)/,
    says: 'the type checker is told to look away',
    where: 'product',
  },
  {
    family: 'lint-silenced',
    pattern:
      /\b(?:eslint|oxlint|tslint|jshint|jscs|stylelint)[-:]\s?(?:disable|ignore)|\bbiome-ignore\b|\bdeno-lint-ignore\b/,
    says: 'the linter is told to look away',
  },
  {
    family: 'lint-silenced',
    pattern:
      /#\s*(?:noqa\b|pylint:\s*(?:disable|skip)|ruff:\s*noqa|flake8:\s*noqa|nosec\b|rubocop:disable|shellcheck disable)|\/\/\s*(?:nolint\b|NOSONAR|noinspection|nosemgrep|gosec|swiftlint:disable|ktlint-disable)|\bNOLINT/,
    says: 'the linter is told to look away',
  },
  {
    family: 'coverage-excluded',
    pattern:
      /\b(?:istanbul|c8|v8|node:coverage)\s+(?:ignore|disable)\b|#\s*pragma:\s*no\s*cover|\bcoverage:ignore|LCOV_EXCL|\bsimplecov:disable|:nocov:|\bcodecov:ignore|\bNO_COVERAGE\b|\bStryker\s+disable\b|#\s*pragma:\s*no\s*mutate/,
    says: 'a part is left out of what is measured',
  },
];

/** The marks in comments, which are given whole, with their delimiters. */
export function commentMarks(
  comments: readonly { readonly text: string; readonly line: number }[],
  isTest: boolean,
): readonly Mark[] {
  return comments.flatMap(({ text: whole, line }) => {
    const text = whole.slice(0, maxChars);
    return rules.flatMap(({ family, pattern, says, where, anywhere }) => {
      if (where === 'product' && isTest) return [];
      const found = pattern.exec(text);
      if (found === null || (anywhere !== true && !isDirective(text, found.index))) return [];
      return [{ family, line, text: text.replaceAll(/\s+/g, ' ').slice(0, 200), says }];
    });
  });
}

/** Of one comment. */
const maxChars = 20_000;

/** Tools read a comment that begins with their word, alone or behind another such; one that speaks of it says nothing to them. */
function isDirective(text: string, at: number): boolean {
  const before = text.slice(0, at);
  return !/[\p{L}\p{N}]|\/\*./u.test(before.slice(before.lastIndexOf('#') + 1).replace(/^\s*(?:\/\/+|\/\*+)/, ''));
}
