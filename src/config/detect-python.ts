/** Python with uv, poetry or pip; pytest or unittest. */
import type { Check } from '../model/check.ts';
import type { DetectedTool, Files } from './detected-project.ts';

const packageIndex = ['pypi.org:443', 'files.pythonhosted.org:443'];

interface Manager {
  readonly name: string;
  readonly setup: string | null;
  /** How the project’s interpreter is called. */
  readonly python: string;
}

/** The proposal for a Python project at the root, `null` when nothing looks like one. */
export async function detectPython(files: Files): Promise<DetectedTool | null> {
  const markers = ['pyproject.toml', 'setup.py', 'setup.cfg', 'requirements.txt', 'Pipfile'].filter((path) =>
    files.paths.has(path),
  );
  const testFiles = [...files.paths].filter((path) => /(^|\/)(test_[^/]+|[^/]+_test)\.py$/.test(path));
  if (markers.length === 0 && testFiles.length === 0) return null;

  const pyproject = (await files.read('pyproject.toml')) ?? '';
  const declared = [...files.paths].filter((path) => /^requirements[^/]*\.txt$/.test(path)).sort();
  const texts = await Promise.all(['setup.cfg', 'setup.py', 'tox.ini', ...declared].map((path) => files.read(path)));
  const everything = [pyproject, ...texts.map((text) => text ?? '')].join('\n');

  const manager = chooseManager(files, pyproject, declared);
  const checks: Record<string, Check> = {};
  const usesPytest =
    /\bpytest\b/.test(everything) ||
    files.paths.has('pytest.ini') ||
    [...files.paths].some((path) => /(^|\/)conftest\.py$/.test(path));
  if (usesPytest) checks['test'] = { run: `${manager.python} -m pytest`, kind: 'test' };
  else if (testFiles.length > 0) checks['test'] = { run: `${manager.python} -m unittest discover`, kind: 'test' };
  if (/^\[tool\.mypy/m.test(pyproject) || files.paths.has('mypy.ini'))
    checks['types'] = { run: `${manager.python} -m mypy .`, kind: 'types' };
  if (/^\[tool\.ruff/m.test(pyproject) || files.paths.has('ruff.toml'))
    checks['lint'] = { run: `${manager.python} -m ruff check .`, kind: 'lint' };
  return {
    name: manager.name,
    setup: manager.setup,
    setupNetwork: manager.setup === null ? [] : packageIndex,
    checks,
    notes: [],
  };
}

function chooseManager(files: Files, pyproject: string, requirements: readonly string[]): Manager {
  if (files.paths.has('uv.lock'))
    return { name: 'Python (uv)', setup: 'uv sync --frozen', python: 'uv run --frozen --no-sync python' };
  if (files.paths.has('poetry.lock') || /^\[tool\.poetry\]/m.test(pyproject)) {
    return {
      name: 'Python (poetry)',
      setup: 'POETRY_VIRTUALENVS_IN_PROJECT=true poetry install --no-interaction',
      python: 'poetry run python',
    };
  }
  const installs = [
    ...requirements.map((path) => `-r ${path}`),
    ...(/^\[project\]/m.test(pyproject) || files.paths.has('setup.py') ? ['-e .'] : []),
  ];
  if (installs.length === 0) return { name: 'Python', setup: null, python: 'python3' };
  return {
    name: 'Python (pip)',
    setup: `python3 -m venv .venv && .venv/bin/pip install ${installs.join(' ')}`,
    python: '.venv/bin/python',
  };
}
