/** What `mw demo` says, in 80 columns. */
import type { DemoProject } from '../app/demo-project.ts';
import type { Gate } from '../machine/state.ts';
import { exitCode, type ExitCode } from '../model/user-error.ts';
import { showControl } from '../model/visible-text.ts';
import type { DemoPlace } from './demo-place.ts';
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

export function createDemoTeller(output: Output): DemoTeller {
  const startedAt = Date.now();
  const clock = (at = Date.now()) => `${(Math.max(at - startedAt, 0) / 1_000).toFixed(1).padStart(5)}s  `;
  const { line, tone } = output;
  const paragraph = (text: string) => wrapText(text.replaceAll(/\s+/g, ' ').trim(), width).forEach((each) => line(each));
  let sessions = 0;
  return {
    begin(project, walls) {
      line(tone('bold', 'Millwright demo: from a use case to a landed program, on this machine.'));
      line('');
      paragraph('The agent is scripted: it really writes files and runs commands in its sandbox, but its decisions come from a file, demo/script.yaml. No model is asked; there is no account, no key, no network and no cost.');
      if (walls !== null) warn(output, `${walls.what}: the agent works in a clone without walls and could reach your files. To have walls: ${walls.next}`);
      if (project.typeCheck === 'sample-run') warn(output, 'TypeScript is not installed beside Millwright: a run of every command on sample data stands in for the type check.');
      line('');
      line(tone('bold', project.title));
      project.body.split('\n\n').slice(0, 1).forEach(paragraph);
      line('');
    },
    ready: (text) => writeLine(output, clock(), { mark: 'ok', place: 'factory', text, more: [] }),
    progress() {
      const usual = createProgress(output, { quiet: false, lead: ({ at }) => clock(Date.parse(at)), starts: false });
      return { ...usual, summary: (rows, code) => (isTold(code) ? undefined : usual.summary(rows, code)) };
    },
    asked(item, { phase, commit }) {
      const more = [`mw approve ${item}, or mw reject ${item} --reason "…"`];
      writeLine(output, clock(), { mark: 'asks', place: 'gate', text: `${phase} asks for your approval of ${commit?.slice(0, 10) ?? 'it'}; in your repository it waits here, without holding a slot`, more });
    },
    answered: () => writeLine(output, clock(), { mark: 'ok', place: 'gate', text: 'approved: the demo answers for you here', more: [] }),
    landed(result) {
      sessions = result.sessions;
      line('');
      line(tone('bold', `Landed on main as ${result.commit.slice(0, 10)}`));
      for (const each of result.stat.split('\n').filter((text) => /\||changed/.test(text))) line(` ${colourStat(showControl(each), output)}`);
      line('');
      line(tone('bold', 'The program, run now'));
      line(tone('dim', `  $ ${result.command}`));
      for (const each of result.output.trimEnd().split(/\r?\n/)) line(`  ${oneLine(each, width)}`);
    },
    end(place) {
      line('');
      paragraph(`${clock().trim()}, ${sessions} agent sessions, $0. The decisions were scripted; clones, sandboxes, checks, merge and program were real.`);
      if (place === null) line('Everything is removed again; mw demo --keep FOLDER leaves it there.');
      else tellPlace(output, place);
      line('');
      line(`${tone('bold', 'Next, in your own repository')}`);
      line('  npx mw init      find its checks and your agent, write millwright.yaml');
      line('  npx mw add "…"   say what you want');
      line('  npx mw up        build it, ask you at gates, land it');
    },
    stopped(place) {
      line('');
      if (place === null) line('Stopped. Everything of the demo is removed.');
      else tellPlace(output, place);
    },
  };
}

function colourStat(text: string, { tone }: Output): string {
  return text.replace(/ (\+*)(-*)$/, (_, added: string, removed: string) => ` ${tone('green', added)}${tone('red', removed)}`);
}

/** Landed, and waiting at the gate, are told in the demo's own words. */
function isTold(code: ExitCode): boolean {
  return code === exitCode.done || code === exitCode.needsPerson || code === exitCode.interrupted;
}

function warn({ line, tone }: Output, text: string): void {
  for (const each of wrapText(`! ${text}`, width)) line(tone('yellow', each));
}

function tellPlace({ line }: Output, { root, repository, home }: DemoPlace): void {
  line(`Kept in ${root}`);
  line(`  cd ${repository} && git log --stat`);
  line(`  MW_HOME=${home} mw show MW-1      (and: mw logs MW-1, mw down)`);
}
