/** Which files are tests, and which decide what checks prove. */
import picomatch from 'picomatch';

const options = { dot: true, flags: 'is' };

/** Files that tests are made of: tests, what they share, what they expect. */
const testGlobs = [
  '**/*.{test,spec}.{js,jsx,ts,tsx,mjs,mts,cjs,cts}',
  '**/*.{test,spec,e2e,cy}.*',
  '**/{test,tests,spec}.{js,mjs,cjs,ts,mts,py,rb}',
  '**/{__tests__,__snapshots__,__mocks__,__fixtures__}/**',
  '**/*{-,_}test.{js,mjs,cjs,ts,mts,cts}',
  '**/test-*.{js,mjs,cjs,ts,mts,cts}',
  'cypress/**',
  '**/{test,tests,spec,e2e}/**',
  '**/src/test/**',
  '**/{test_*,*_test,tests}.py',
  '**/*_test.go',
  '**/testdata/**',
  '**/*{Test,Tests,IT,Spec}.{java,kt,scala,groovy,cs}',
  '**/*_{spec,test}.{rb,exs,dart}',
  '**/*Test.php',
  '**/*.test-d.{ts,tsx,mts,cts}',
  '**/{test-d,type-tests,typetests}/**',
  '**/*.snap',
];

/** Runners, compilers, linters, coverage, CI, and what is loaded before tests. */
const judgeGlobs = [
  '**/{vitest,vite,jest,mocha,ava,karma,playwright,cypress,wdio,stryker,nyc,c8,tap}.{config,conf,setup,workspace}.*',
  '**/{vitest,jest}.{setup,globals,preset}.*',
  '**/{vitest,vite,jest,playwright}.*.config.*',
  '**/pytest.toml',
  '**/.stryker.{conf,config}.*',
  '**/.{mocharc,nycrc,c8rc,taprc,swcrc,babelrc,eslintrc,eslintignore,oxlintrc,stylelintrc,npmrc,yarnrc,pnpmfile,coveragerc,pylintrc,flake8,golangci,rspec,rubocop,clippy,markdownlint}*',
  '**/.{oxfmtrc,prettierrc,prettierignore,editorconfig}*',
  '**/.pnpmfile.cjs',
  '**/{bunfig.toml,deno.json,deno.jsonc,nx.json,turbo.json,lerna.json,rush.json,project.json}',
  '**/{tsconfig,jsconfig}*.json',
  '**/{eslint,babel,oxlint,knip,biome,tslint}.{config,json,jsonc}*',
  '**/{conftest.py,pytest.ini,tox.ini,setup.cfg,noxfile.py,mypy.ini,pyrightconfig.json,ruff.toml,.ruff.toml,sitecustomize.py,usercustomize.py}',
  '**/{rustfmt,clippy,rust-toolchain,tarpaulin,nextest}*.toml',
  '**/.cargo/**',
  '**/.config/nextest.toml',
  '**/{build.rs,phpunit.xml*,Rakefile,Makefile,GNUmakefile,makefile,Justfile,justfile,Taskfile.y*ml,checkstyle*.xml,.ci/**}',
  '**/{sonar-project.properties,codecov.y*ml,.codecov.y*ml,.coveralls.y*ml,lefthook.y*ml,.pre-commit-config.yaml}',
  '**/.husky/**',
  '.github/{workflows,actions}/**',
  '{.gitlab-ci.yml,.travis.yml,azure-pipelines.yml,Jenkinsfile,bitbucket-pipelines.yml,.drone.yml,appveyor.yml}',
  '{.circleci,.buildkite,.woodpecker,.forgejo,.gitea}/**',
  '**/.env{,.test,.ci}',
  '**/.node-version',
  '**/.{nvmrc,python-version,tool-versions}',
  '**/.gitattributes',
];

const isTestPath = picomatch(testGlobs, options);
const isJudgePath = picomatch(judgeGlobs, options);

export interface FileRules {
  /** Whether a file belongs to the tests. */
  readonly isTest: (path: string) => boolean;
  /** Whether a file decides what checks prove. */
  readonly isJudge: (path: string) => boolean;
}

/** The rules of a project: the usual places, and what it adds in globs; `programs` are what its checks start. */
export function createFileRules(added: {
  readonly tests: readonly string[];
  readonly judges: readonly string[];
  readonly programs: readonly string[];
  /** Files that runners have named tests of. */
  readonly named?: ReadonlySet<string>;
}): FileRules {
  const isOwnTest = added.tests.length === 0 ? () => false : picomatch([...added.tests], options);
  const isOwnJudge = added.judges.length === 0 ? () => false : picomatch([...added.judges], options);
  const programs = new Set(added.programs);
  const looksLikeTest = (path: string) => isOwnTest(path) || isTestPath(path) || added.named?.has(path) === true;
  const isJudge = (path: string) =>
    isOwnJudge(path) || isJudgePath(path) || (programs.has(path) && !looksLikeTest(path));
  return { isJudge, isTest: (path) => !isJudge(path) && looksLikeTest(path) };
}
