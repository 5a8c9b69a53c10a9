/** Whether a program may take over the process that has started it, which here is its examiner. */
import { readFile } from 'node:fs/promises';

const setting = '/proc/sys/kernel/yama/ptrace_scope';

/** Advice where it may; `null` where the kernel keeps it from that. */
export async function adviseOnTracing(): Promise<string | null> {
  const scope = await readFile(setting, 'utf8').catch(() => '');
  if (Number.parseInt(scope, 10) >= 1) return null;
  return scope === ''
    ? 'this kernel lets a program take over the process that examines it (it has no Yama); see docs/hold-outs.md'
    : 'this machine lets a program take over the process that examines it: sudo sysctl kernel.yama.ptrace_scope=1';
}
