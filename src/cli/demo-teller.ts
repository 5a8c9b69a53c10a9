/** What `mw demo` says, in 80 columns. */
import type { DemoProject } from '../app/demo-project.ts';
import type { Gate } from '../machine/state.ts';
import { exitCode, type ExitCode } from '../model/user-error.ts';
import { showControl } from '../model/visible-text.ts';
import type { DemoPlace } from './demo-place.ts';
import type { EventLine } from './describe-event.ts';
import { oneLine, type Output } from './output.ts';
import { createProgress, writeLine, type Progress } from './progress.ts';
import { wrapText } from './wrap-text.ts';

export interface DemoResult {
  readonly commit: string;
  /** `git diff --stat` of the change. */
  readonly stat: string;
  readonly command: string;
  readonly output: string;
  readonly sessions: number;
  readonly cost: string;
}

export interface DemoTeller {
  begin(project: DemoProject, walls: { readonly what: string; readonly next: string } | null): void;
  ready(text: string): void;
  /** Lines of the journal; it says nothing of its own at the end. */
  progress(): Progress;
  asked(item: string, gate: Gate): void;
  answered(): void;
  landed(result: DemoResult): void;
  /** After everything was removed, or kept at `place`. */
  end(place: DemoPlace | null): void;
  stopped(place: DemoPlace | null): void;
}

const width = 78;

/** Tells the demo on this output; times count from now. */
export function createDemoTeller(output: Output): DemoTeller {
  const startedAt = Date.now();
  const clock = (at = Date.now()) => `${(Math.max(at - startedAt, 0) / 1_000).toFixed(1).padStart(5)}s  `;
  const own = (line: Omit<EventLine, 'more'>, more: readonly string[] = []) =>
    writeLine(output, clock(), { ...line, more });
  let spent = '';
  return {
    begin: (project, walls) => tellBeginning(output, project, walls),
    ready: (text) => own({ mark: 'ok', place: 'factory', text }),
    progress() {
      const usual = createProgress(output, { quiet: false, lead: ({ at }) => clock(Date.parse(at)), starts: false });
      return {
        ...usual,
        // The gate is told by the demo itself, which also answers at it.
        stands: (event, state) => (state.status === 'waiting' ? undefined : usual.stands(event, state)),
        summary: (rows, code) => (isTold(code) ? undefined : usual.summary(rows, code)),
      };
    },
    asked(item, { phase, commit }) {
      const what = `${phase} asks for your approval of ${commit?.slice(0, 10) ?? 'it'}`;
      const text = `${what}; in your repository it waits here, without holding a slot`;
      own({ mark: 'asks', place: 'gate', text }, [`mw approve ${item}, or mw reject ${item} --reason "…"`]);
    },
    answered: () => own({ mark: 'ok', place: 'gate', text: 'approved: the demo answers for you here' }),
    landed(result) {
      spent = `${result.sessions} agent sessions, ${result.cost}`;
      tellResult(output, result);
    },
    end(place) {
      const real = 'The decisions were scripted; clones, sandboxes, checks, merge and program were real.';
      output.line('');
      paragraph(output, `${clock().trim()}, ${spent}. ${real}`);
      if (place === null) output.line('Everything is removed again; mw demo --keep FOLDER leaves it there.');
      else tellPlace(output, place);
      tellNext(output);
    },
    stopped(place) {
      output.line('');
      if (place === null) output.line('Stopped. Everything of the demo is removed.');
      else tellPlace(output, place);
    },
  };
}

function tellBeginning(output: Output, project: DemoProject, walls: Parameters<DemoTeller['begin']>[1]): void {
  output.line(output.tone('bold', 'Millwright demo: from a use case to a landed program, on this machine.'));
  output.line('');
  const agent =
    'The agent is scripted: it really writes files and runs commands in its sandbox, but its decisions come from';
  paragraph(
    output,
    `${agent} a file, demo/script.yaml. No model is asked; there is no account, no key, no network and no cost.`,
  );
  if (walls !== null) {
    const weaker = 'the agent works in a clone without walls and could reach your files';
    warn(output, `${walls.what}: ${weaker}. To have walls: ${walls.next}`);
  }
  if (project.typeCheck === 'sample-run') {
    const instead = 'a run of every command on sample data stands in for the type check';
    warn(output, `TypeScript is not installed beside Millwright: ${instead}.`);
  }
  output.line('');
  output.line(output.tone('bold', project.title));
  paragraph(output, project.body.split('\n\n')[0] ?? '');
  output.line('');
}

function tellResult(output: Output, { commit, stat, command, output: printed }: DemoResult): void {
  const { tone } = output;
  output.line('');
  output.line(tone('bold', `Landed on main as ${commit.slice(0, 10)}`));
  for (const each of stat.split('\n').filter((text) => /\||changed/.test(text))) {
    output.line(` ${colourStat(showControl(each), output)}`);
  }
  output.line('');
  output.line(tone('bold', 'The program, run now'));
  output.line(tone('dim', `  $ ${command}`));
  for (const each of printed.trimEnd().split(/\r?\n/)) output.line(`  ${oneLine(each, width)}`);
}

function tellNext(output: Output): void {
  output.line('');
  output.line(output.tone('bold', 'Next, in your own repository'));
  output.line('  npm link         once, here: puts mw on your PATH');
  output.line('  mw init          find checks and agent, write millwright.yaml (commit it)');
  output.line('  mw add "…"       say what you want');
  output.line('  mw up            build it, ask you at gates, land it');
}

function paragraph(output: Output, text: string): void {
  for (const each of wrapText(text.replaceAll(/\s+/g, ' ').trim(), width)) output.line(each);
}

function colourStat(text: string, { tone }: Output): string {
  return text.replace(
    / (\+*)(-*)$/,
    (_, added: string, removed: string) => ` ${tone('green', added)}${tone('red', removed)}`,
  );
}

/** Landed, and waiting at the gate, are told in the demo's own words. */
function isTold(code: ExitCode): boolean {
  return code === exitCode.done || code === exitCode.needsPerson || code === exitCode.interrupted;
}

function warn(output: Output, text: string): void {
  for (const each of wrapText(`! ${text}`, width)) output.line(output.tone('yellow', each));
}

function tellPlace(output: Output, { root, repository, home }: DemoPlace): void {
  output.line(`Kept in ${root}`);
  output.line(`  cd ${quote(repository)} && git log --stat`);
  output.line(`  MW_HOME=${quote(home)} mw show MW-1      (then mw logs MW-1, mw down)`);
}

/** A path as a shell takes it. */
function quote(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
