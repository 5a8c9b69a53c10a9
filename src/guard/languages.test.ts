/** Each language that is read line by line bites where a test is skipped or weakened, and leaves honest work alone. */
import { describe, expect, test } from 'vitest';
import { createFileRules } from './files.ts';
import { judgeChange } from './judge-change.ts';

const rules = createFileRules({ tests: [], judges: [], programs: [] });

function familiesOf(path: string, before: string, after: string): readonly string[] {
  const findings = judgeChange({
    files: [{ path, change: 'modified', before, after, contents: `${path} ${before} ${after}` }],
    rules,
    request: '',
    criteria: [],
    unsteady: new Set(),
    otherTests: new Map(),
    rolls: { base: [], candidate: [], restored: null, without: null },
  });
  return [...new Set(findings.map(({ family }) => family))].sort();
}

interface Language {
  readonly path: string;
  /** A whole file of one test; `BODY` stands for what it says, `ABOVE` for a line above it. */
  readonly file: string;
  readonly asserts: string;
  readonly more: string;
  readonly always: string;
  /** In the body, or above the test. */
  readonly skip: { readonly body?: string; readonly above?: string };
  /** A line of the program that tells a linter to look away, and one that only looks like it. */
  readonly silenced: readonly [path: string, line: string, honest: string];
}

const languages: Readonly<Record<string, Language>> = {
  Go: {
    path: 'total_test.go',
    file: 'package a\n\nABOVE\nfunc TestTotal(t *testing.T) {\nBODY\n}\n',
    asserts: '\tassert.Equal(t, 3, Total(1, 2))',
    more: '\tassert.Equal(t, 5, Total(2, 3))',
    always: '\tassert.True(t, true)',
    skip: { body: '\tt.Skip("later")' },
    silenced: ['total.go', 'x := f() //nolint', 'x := f() // no lint of the carpet'],
  },
  Rust: {
    path: 'tests/total.rs',
    file: 'ABOVE\n#[test]\nfn totals() {\nBODY\n}\n',
    asserts: '    assert_eq!(total(1, 2), 3);',
    more: '    assert_eq!(total(2, 3), 5);',
    always: '    assert!(true);',
    skip: { above: '#[ignore]' },
    silenced: ['src/total.rs', '#[allow(dead_code)]', '// allow(dead_code) is not needed'],
  },
  Java: {
    path: 'src/test/java/TotalTest.java',
    file: 'class TotalTest {\n  ABOVE\n  @Test\n  void totals() {\nBODY\n  }\n}\n',
    asserts: '    assertEquals(3, total(1, 2));',
    more: '    assertEquals(5, total(2, 3));',
    always: '    assertTrue(true);',
    skip: { above: '@Disabled("later")' },
    silenced: ['src/main/java/Total.java', '@SuppressWarnings("deprecation")', '// suppress warnings about spaces'],
  },
  Kotlin: {
    path: 'src/test/kotlin/TotalTest.kt',
    file: 'class TotalTest {\n  ABOVE\n  @Test\n  fun totals() {\nBODY\n  }\n}\n',
    asserts: '    assertEquals(3, total(1, 2))',
    more: '    assertEquals(5, total(2, 3))',
    always: '    assertTrue(true)',
    skip: { above: '@Ignore' },
    silenced: ['src/main/kotlin/Total.kt', '@Suppress("MagicNumber")', 'val suppress = 1'],
  },
  'C#': {
    path: 'tests/TotalTests.cs',
    file: 'public class TotalTests {\n  ABOVE\n  [Fact]\n  public void Totals() {\nBODY\n  }\n}\n',
    asserts: '    Assert.Equal(3, Total(1, 2));',
    more: '    Assert.Equal(5, Total(2, 3));',
    always: '    Assert.True(true);',
    skip: { above: '[Ignore("later")]' },
    silenced: ['src/Total.cs', '[SuppressMessage("Style", "X1")]', 'var message = Suppress(x);'],
  },
  Ruby: {
    path: 'spec/total_spec.rb',
    file: "describe 'total' do\n  ABOVE\n  it 'adds' do\nBODY\n  end\nend\n",
    asserts: '    expect(total(1, 2)).to eq(3)',
    more: '    expect(total(2, 3)).to eq(5)',
    always: '    assert(true)',
    skip: { body: '    skip "later"' },
    silenced: ['lib/total.rb', 'x = f # rubocop:disable Style/All', 'x = f # a cop that is disabled'],
  },
  PHP: {
    path: 'tests/TotalTest.php',
    file: '<?php\nclass TotalTest {\n  ABOVE\n  public function testTotals() {\nBODY\n  }\n}\n',
    asserts: '    $this->assertEquals(3, total(1, 2));',
    more: '    $this->assertEquals(5, total(2, 3));',
    always: '    $this->assertTrue(true);',
    skip: { body: "    $this->markTestSkipped('later');" },
    silenced: ['src/Total.php', '// phpcs:ignore', '// ignore what is nought'],
  },
  Swift: {
    path: 'Tests/TotalTests.swift',
    file: 'class TotalTests {\n  ABOVE\n  func testTotals() {\nBODY\n  }\n}\n',
    asserts: '    XCTAssertEqual(total(1, 2), 3)',
    more: '    XCTAssertEqual(total(2, 3), 5)',
    always: '    XCTAssertTrue(true)',
    skip: { body: '    throw XCTSkip("later")' },
    silenced: ['Sources/Total.swift', 'let x = f() // swiftlint:disable all', 'let x = f() // a swift lint'],
  },
  Elixir: {
    path: 'test/total_test.exs',
    file: 'defmodule TotalTest do\n  ABOVE\n  test "adds" do\nBODY\n  end\nend\n',
    asserts: '    assert(total(1, 2) == 3)',
    more: '    assert(total(2, 3) == 5)',
    always: '    assert(true)',
    skip: { above: '@tag :skip' },
    silenced: ['lib/total.ex', '# credo:disable-for-this-file', '# in what do they believe'],
  },
};

describe.each(Object.entries(languages))('%s', (_, { path, file, asserts, more, always, skip, silenced }) => {
  const write = (body: string, above = '') => file.replace('ABOVE', above).replace('BODY', body);
  const before = write(`${asserts}\n${more}`);

  test('a test that is skipped is a concern', () => {
    const body = skip.body === undefined ? asserts : `${skip.body}\n${asserts}`;
    expect(familiesOf(path, before, write(`${body}\n${more}`, skip.above))).toContain('test-skipped');
  });

  test('an assertion that is gone, or holds always, is a concern', () => {
    expect(familiesOf(path, before, write(asserts))).toContain('assertion-weakened');
    const emptied = familiesOf(path, before, write(`${asserts}\n${always}`));
    expect(emptied.some((family) => family.startsWith('assertion-'))).toBe(true);
  });

  test('a linter that is told to look away is a concern', () => {
    const [product, line, honest] = silenced;
    expect(familiesOf(product, 'x\n', `x\n${line}\n`)).toContain('lint-silenced');
    expect(familiesOf(product, 'x\n', `x\n${honest}\n`)).toEqual([]);
  });

  test('a test that asks for more is none', () => {
    expect(familiesOf(path, write(asserts), before)).toEqual([]);
    expect(familiesOf(path, before, before.replace('\n', '\n\n'))).toEqual([]);
  });
});
