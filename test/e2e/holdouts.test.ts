/** Scenarios that no maker sees: asked for, written, run on what makers made, and kept from them. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openDesk, waitFor, type Desk } from '../support/cli-desk.ts';
import { expectRefusal, mwJson, projectFiles, showItem } from '../support/cli-project.ts';

/**
 * Greets Ada alone until it is told that something is wrong; looks for what it is not to see, and has its program leave
 * signs for later sessions, of which one is no file.
 */
const maker = `
if [ -n "$MW_REVIEWER" ]; then echo '{"verdict":"pass","findings":[]}'; exit; fi
if [ "$MW_PHASE" = examine ]; then
  mkdir -p holdouts/greet/AC-1
  cat > holdouts/greet/AC-1/scenario.sh <<'END'
[ "$(sh greet.sh Hedy)" = "hello Hedy" ]
END
  printf 'version: 1\ncriterion: greet/AC-1\ndemands: "0000000000000000"\nrun: sh "$1/scenario.sh"\nsays: Somebody is left out.\n' > holdouts/greet/AC-1/holdout.yaml
  ls > holdouts/greet/AC-1/seen.txt
  exit
fi
grep -rl Grace . / --include=scenario.sh 2>/dev/null > found.txt
case "$prompt" in
  *'a scenario that you cannot see failed'*) echo 'echo "hello $1"' > greet.sh ;;
  *) echo 'touch -d @86399 .millwright; touch left; if [ "$1" = Ada ]; then echo "hello Ada"; fi' > greet.sh ;;
esac
stat -c %Y .millwright > times.txt
`;

const spec = `# Greet
<!-- next: AC-2 -->

## Purpose
Whoever comes in is greeted by their own name, and nobody is left standing at the door.

## Requirements
### Requirement: Greeting
The program SHALL greet people by name.

- WHEN a name is given, the program SHALL print "hello" and the name. <!-- greet/AC-1 --> <!-- evidence: hold-out -->
- IF no name is given, THEN the program SHALL end with code 1. <!-- greet/AC-2 --> <!-- evidence: command test -->
`.replace('AC-2 -->\n\n## Purpose', 'AC-3 -->\n\n## Purpose');

const scenario = `env >&2
[ "$(sh greet.sh Grace)" = "hello Grace" ] || { echo "not Grace"; exit 1; }
`;

vi.setConfig({ testTimeout: 90_000 });

const installed = ['/usr/bin/bwrap', '/bin/bwrap', '/usr/local/bin/bwrap'].some((path) => existsSync(path));

describe.runIf(installed)('hold-outs', () => {
  let desk: Desk;
  let outside: string;
  beforeAll(() => {
    const config = 'sandbox: { rung: bubblewrap }\n';
    desk = openDesk(projectFiles({ maker, config, files: { 'specs/greet/spec.md': spec, 'greet.sh': 'exit 1\n' } }));
    outside = join(desk.root, 'written');
    mkdirSync(outside);
    writeFileSync(join(outside, 'scenario.sh'), scenario);
  });
  afterAll(() => desk.close());

  const at = (path: string) => join(desk.repository, path);
  interface Listed {
    readonly store: string;
    readonly holdouts: readonly { readonly id: string; readonly state: string; readonly folder: string }[];
  }
  const list = () => mwJson<Listed>(desk, ['holdout', 'list']);
  const states = async () => Object.fromEntries((await list()).holdouts.map(({ id, state }) => [id, state]));

  it('are missed in the plan, and before any agent is paid', async () => {
    expect(await states()).toEqual({ 'greet/AC-1': 'missing' });
    const plan = await desk.mw(['plan']);
    expect(plan.stdout).toContain('cannot be shown: it asks for a hold-out, and there is none');
    expect(plan.stdout).toContain('first: mw holdout new greet/AC-1');
    expect(plan.stderr).toContain('Next: mw holdout new greet/AC-1, then mw apply');
    const applied = await desk.mw(['apply', '--only', 'greet/AC-1', '--yes']);
    expect(applied, applied.stdout + applied.stderr).toMatchObject({ code: 3 });
    const item = await showItem(desk, 'MW-1');
    expect(item).toMatchObject({ state: 'paused', reasonCode: 'criteria-unprovable', attempts: [] });
    expect(item.next).toBe('mw holdout new greet/AC-1, then mw retry MW-1');
  });

  it('begin as a template that decides nothing until somebody has written it', async () => {
    const made = await desk.mw(['holdout', 'new', 'greet/AC-1']);
    expect(made, made.stderr).toMatchObject({ code: 0 });
    expect(await states()).toEqual({ 'greet/AC-1': 'unwritten' });
    expectRefusal(await desk.mw(['holdout', 'run']), 5, 'E_HOLDOUT');
    expect((await desk.mw(['holdout', 'list'])).stdout).toMatch(/not written yet\n +write .*scenario\.sh/);
    const { holdouts } = await list();
    writeFileSync(join(holdouts[0]?.folder ?? '', 'scenario.sh'), 'echo nobody is greeted\nexit 1\n');
    const ran = await desk.mw(['holdout', 'run']);
    expect(ran).toMatchObject({ code: 3 });
    expect(ran.stdout).toContain('✗ greet/AC-1\n    nobody is greeted');
    expectRefusal(await desk.mw(['holdout', 'new', 'greet/AC-1']), 6, 'E_EXISTS');
    expectRefusal(await desk.mw(['holdout', 'new', 'greet/AC-9']), 5, 'E_NOT_FOUND');
    expect(await desk.mw(['holdout', 'rotate', 'greet/AC-1', '--run', 'true'])).toMatchObject({ code: 0 });
    expect((await desk.mw(['holdout', 'run'])).stdout).toContain('nothing is built for it');
    const rotated = await desk.mw([
      'holdout',
      'rotate',
      'greet/AC-1',
      '--from',
      outside,
      '--says',
      'Somebody is not greeted.',
    ]);
    expect(rotated, rotated.stderr).toMatchObject({ code: 0 });
    const { store } = await list();
    expect(readFileSync(join(store, '.retired/greet/AC-1.1/scenario.sh'), 'utf8')).toContain('nobody is greeted');
  });

  it('stop a maker who has met the visible tests alone, and tell no more than one sentence', async () => {
    const retried = await desk.mw(['retry', 'MW-1']);
    expect(retried, retried.stderr).toMatchObject({ code: 0 });
    const up = await desk.mw(['up', '--until-empty']);
    expect(up, up.stdout + up.stderr).toMatchObject({ code: 0 });
    const item = await showItem(desk, 'MW-1');
    expect(item).toMatchObject({ state: 'landed' });
    expect(item.attempts).toHaveLength(2);
    const prompt = await desk.mw(['logs', 'MW-1/build#2', '--prompt']);
    expect(prompt.stdout).toContain('greet/AC-1: a scenario that you cannot see failed: Somebody is not greeted.');
    expect(prompt.stdout).not.toContain('Grace');
    expect(readFileSync(at('found.txt'), 'utf8')).toBe('');
    expect(readFileSync(at('times.txt'), 'utf8')).not.toContain('86399');
    expect(existsSync(at('left'))).toBe(false);
  });

  it('run in a checkout of their own each, whatever another one has left in its own', async () => {
    const put = (id: string, run: string) => desk.mw(['holdout', 'rotate', id, '--run', run]);
    expect(await desk.mw(['holdout', 'new', 'greet/AC-2', '--run', 'touch left'])).toMatchObject({ code: 0 });
    const ran = await desk.mw(['holdout', 'run']);
    expect(ran.stdout).toContain('2 run on');
    expect(await put('greet/AC-2', 'test ! -e left')).toMatchObject({ code: 0 });
    const again = await desk.mw(['holdout', 'run']);
    expect(again, again.stdout).toMatchObject({ code: 0 });
    expect(await desk.mw(['holdout', 'retire', 'greet/AC-2'])).toMatchObject({ code: 0 });
    expectRefusal(await desk.mw(['holdout', 'retire', 'greet/AC-2']), 5, 'E_NOT_FOUND');
    expect(readdirSync(join(desk.home, 'one-off'))).toEqual([]);
  });

  it('look like ordinary use to what they start, and are gone after it', async () => {
    const log = await desk.mw(['logs', 'MW-1/build#2', '--checks']);
    expect(log.stdout, log.stderr).toContain('greet/AC-1: exit code 0');
    const names = [...log.stdout.matchAll(/^([A-Za-z_]+)=/gm)].map(([, name]) => name);
    expect(names.filter((name) => /^(?:MW|MILLWRIGHT|CI$|HOLD)/i.test(name ?? ''))).toEqual([]);
    expect(names).toContain('HOME');
    const left = readdirSync(desk.home, { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.endsWith('scenario.sh'),
    );
    expect(left.every((path) => path.startsWith('holdouts/'))).toBe(true);
  });

  it('leave nothing behind when their run is stopped, and what a killed one left goes with the next', async () => {
    expect(await desk.mw(['holdout', 'new', 'greet/AC-2', '--run', 'sleep 60'])).toMatchObject({ code: 0 });
    const gradings = () => readdirSync(join(desk.home, 'one-off'));
    const begin = async () => {
      const running = desk.start(['holdout', 'run', 'greet/AC-2']);
      const isCopied = () => gradings().some((name) => existsSync(join(desk.home, 'one-off', name, 'sessions')));
      await waitFor('it runs', 20_000, isCopied);
      return running;
    };
    const stopped = await begin();
    stopped.child.kill('SIGTERM');
    expect(await stopped.ended).toMatchObject({
      code: 130,
      stderr: expect.stringContaining('E_INTERRUPTED') as string,
    });
    expect(gradings()).toEqual([]);
    const killed = await begin();
    killed.child.kill('SIGKILL');
    await killed.ended;
    expect(gradings()).toHaveLength(1);
    expect(await desk.mw(['holdout', 'run', 'greet/AC-1'])).toMatchObject({ code: 0 });
    expect(gradings()).toEqual([]);
    expect(await desk.mw(['holdout', 'retire', 'greet/AC-2'])).toMatchObject({ code: 0 });
  });

  it('are evidence: shown with the item, and proven in the trace', async () => {
    expect((await desk.mw(['show', 'MW-1'])).stdout).toMatch(/greet\/AC-1 +implement +hold-out passed/);
    const trace = await desk.mw(['spec', 'trace']);
    expect(trace.stdout).toMatch(/✓ AC-1 +proven/);
    const ran = await desk.mw(['holdout', 'run', 'greet/AC-1']);
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
    expect(ran.stdout).toContain('✓ greet/AC-1');
  });

  it('decide about the words that they were written for, and about no others', async () => {
    writeFileSync(at('specs/greet/spec.md'), spec.replace('"hello" and the name', '"good day" and the name'));
    expect(await states()).toEqual({ 'greet/AC-1': 'stale' });
    expect((await desk.mw(['plan'])).stdout).toContain('it has a hold-out that was written for other words');
    expectRefusal(await desk.mw(['holdout', 'run', 'greet/AC-1']), 5, 'E_HOLDOUT');
    writeFileSync(at('specs/greet/spec.md'), spec);
  });

  it('that cannot be used say why and where', async () => {
    const { holdouts } = await list();
    const file = join(holdouts[0]?.folder ?? '', 'holdout.yaml');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('\nsays:', '\nsais:'));
    const listed = await desk.mw(['holdout', 'list']);
    expect(listed.stdout).toContain('cannot be used');
    expect(listed.stdout.replaceAll(/\s+/g, ' ')).toContain('did you mean "says"?');
    writeFileSync(file, text);
    writeFileSync(file, text.replace('\ncriterion: greet/AC-1', '\ncriterion: greet/AC-2'));
    expectRefusal(await desk.mw(['holdout', 'run']), 5, 'E_HOLDOUT');
    writeFileSync(file, text);
    symlinkSync(join(outside, 'scenario.sh'), join(outside, 'linked.sh'));
    expectRefusal(await desk.mw(['holdout', 'rotate', 'greet/AC-1', '--from', outside]), 6, 'E_LINK');
    rmSync(join(outside, 'linked.sh'));
    expect(await states()).toEqual({ 'greet/AC-1': 'ready' });
    const bad = await desk.mw(['holdout', 'rotate', 'greet/AC-1', '--run', 'true', '--says', 'two\nlines']);
    expectRefusal(bad, 2, 'E_CONFIG');
    expect(await states()).toEqual({ 'greet/AC-1': 'ready' });
  });

  it('can be written by an agent that sees the spec and nothing of the program', async () => {
    const asked = await desk.mw(['holdout', 'write', 'greet/AC-1', '--note', 'sh greet.sh NAME']);
    expect(asked, asked.stdout + asked.stderr).toMatchObject({ code: 4 });
    expect(asked.stderr).toContain('Then: mw holdout write greet/AC-1');
    const written = await desk.mw(['holdout', 'write', 'greet/AC-1', '--yes']);
    expect(written, written.stdout + written.stderr).toMatchObject({ code: 0 });
    const { holdouts } = await list();
    const folder = holdouts[0]?.folder ?? '';
    expect(readFileSync(join(folder, 'seen.txt'), 'utf8')).toBe('holdouts\nmillwright.yaml\nspecs\n');
    expect(holdouts).toMatchObject([{ id: 'greet/AC-1', state: 'ready', says: 'Somebody is left out.' }]);
    expect(await desk.mw(['holdout', 'run'])).toMatchObject({ code: 0 });
    expect(readdirSync(join(desk.home, 'drafts'))).toEqual([]);
  });

  it('lie in a folder of the team’s where one is named, and never in the repository', async () => {
    expectRefusal(await desk.mw(['holdout', 'use', outside]), 6, 'E_EXISTS');
    const { store } = await list();
    const team = join(desk.root, 'team');
    mkdirSync(team);
    for (const name of readdirSync(store)) rmSync(join(store, name), { recursive: true });
    mkdirSync(at('hidden'), { recursive: true });
    mkdirSync(at('..hidden'));
    const shown = join(desk.root, 'shown');
    mkdirSync(shown);
    const text = readFileSync(at('millwright.yaml'), 'utf8');
    writeFileSync(at('millwright.yaml'), text.replace('rung: bubblewrap', `rung: bubblewrap, readOnly: ["${shown}"]`));
    for (const folder of [at('hidden'), at('..hidden'), shown, desk.root, '/usr/local', store])
      expectRefusal(await desk.mw(['holdout', 'use', folder]), 2, 'E_INSIDE');
    writeFileSync(at('millwright.yaml'), text);
    expect(await desk.mw(['holdout', 'use', team])).toMatchObject({ code: 0 });
    expect(await desk.mw(['holdout', 'new', 'greet/AC-1', '--from', outside])).toMatchObject({ code: 0 });
    expect(existsSync(join(team, 'greet/AC-1/scenario.sh'))).toBe(true);
    expect(await desk.mw(['holdout', 'run'])).toMatchObject({ code: 0 });
    renameSync(team, `${team}.away`);
    expectRefusal(await desk.mw(['holdout', 'list']), 5, 'E_NOT_FOUND');
    expectRefusal(await desk.mw(['holdout', 'new', 'greet/AC-1']), 5, 'E_NOT_FOUND');
    renameSync(`${team}.away`, team);
    expect(await desk.mw(['holdout', 'use', '--home'])).toMatchObject({ code: 0 });
    expect(existsSync(join(team, 'greet/AC-1/scenario.sh'))).toBe(true);
    expect(await states()).toEqual({ 'greet/AC-1': 'missing' });
  });

  it('that are changed while an item waits for approval keep it from landing until it is judged by them', async () => {
    const other = openDesk(
      projectFiles({
        maker: "echo 'echo hello $1' > greet.sh",
        config: 'sandbox: { rung: bubblewrap }\n',
        files: { 'specs/greet/spec.md': spec },
      }),
    );
    try {
      const pipeline = join(other.repository, 'millwright.yaml');
      writeFileSync(pipeline, readFileSync(pipeline, 'utf8').replace('pipeline: solo', 'pipeline: gated'));
      await other.mw(['holdout', 'new', 'greet/AC-1', '--run', 'test "$(sh greet.sh Ada)" = "hello Ada"']);
      const git = (...args: string[]) =>
        execFileSync('git', ['-c', 'user.name=Pat', '-c', 'user.email=pat@localhost', ...args], {
          cwd: other.repository,
          env: { ...other.env, GIT_CONFIG_NOSYSTEM: '1' },
        });
      git('commit', '-qam', 'Ask a person');
      expect(await other.mw(['apply', '--only', 'greet/AC-1', '--yes'])).toMatchObject({ code: 4 });
      expect(await other.mw(['holdout', 'rotate', 'greet/AC-1', '--run', 'false'])).toMatchObject({ code: 0 });
      expect(await other.mw(['approve', 'MW-1'])).toMatchObject({ code: 0 });
      expect(await other.mw(['up', '--until-empty'])).toMatchObject({ code: 3 });
      const item = await showItem(other, 'MW-1');
      expect(item).toMatchObject({ state: 'paused', reasonCode: 'land-refused' });
      expect(item.next).toBe('mw holdout list, then mw retry MW-1 --from build');
      await other.mw(['holdout', 'rotate', 'greet/AC-1', '--run', 'test "$(sh greet.sh Grace)" = "hello Grace"']);
      expect(await other.mw(['retry', 'MW-1', '--from', 'build'])).toMatchObject({ code: 0 });
      const again = await other.mw(['up', '--until-empty']);
      expect(again, again.stdout + again.stderr).toMatchObject({ code: 4 });
      expect(await other.mw(['approve', 'MW-1'])).toMatchObject({ code: 0 });
      expect(await other.mw(['up', '--until-empty'])).toMatchObject({ code: 0 });
    } finally {
      await other.close();
    }
  });

  it('hide nothing without walls, and the plan says so', async () => {
    const text = readFileSync(at('millwright.yaml'), 'utf8');
    writeFileSync(at('millwright.yaml'), text.replace('rung: bubblewrap', 'rung: clone'));
    writeFileSync(at('specs/greet/spec.md'), spec.replace('and the name', 'and the whole name'));
    expect((await desk.mw(['plan'])).stdout.replaceAll(/\s+/g, ' ')).toContain('without walls nothing is hidden');
  });
});
