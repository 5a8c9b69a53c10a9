import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { findHoldout, templateText, unfit } from './holdouts.ts';

const id = 'login/AC-1';
const yaml = (parts = '') =>
  `version: 1\ncriterion: login/AC-1\ndemands: "0123456789abcdef"\nrun: sh "$1/scenario.sh"\nsays: No.\n${parts}`;

describe('a hold-out in its store', () => {
  let store: string;
  let folder: string;
  beforeEach(() => {
    store = mkdtempSync(join(tmpdir(), 'mw-store-'));
    onTestFinished(() => rmSync(store, { recursive: true, force: true }));
    folder = join(store, id);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'holdout.yaml'), yaml());
    writeFileSync(join(folder, 'scenario.sh'), 'exit 1\n');
  });

  it('decides about the words that it was written for', async () => {
    const found = await findHoldout(store, id);
    expect(found).toMatchObject({ type: 'found', folder });
    expect(unfit(found, id, '0123456789abcdef')).toBeNull();
    expect(unfit(found, id, 'f'.repeat(16))?.[0]).toContain('other words');
  });

  it('decides nothing while it is the template', async () => {
    writeFileSync(join(folder, 'scenario.sh'), templateText(id));
    expect(await findHoldout(store, id)).toMatchObject({ type: 'unwritten' });
  });

  it('is missing where there is nothing, and nowhere else', async () => {
    expect(await findHoldout(store, 'login/AC-2')).toEqual({ type: 'missing' });
    expect(await findHoldout(join(store, 'none'), id)).toEqual({ type: 'missing' });
    rmSync(join(folder, 'holdout.yaml'));
    expect(await findHoldout(store, id)).toMatchObject({
      type: 'broken',
      detail: expect.stringContaining('half') as string,
    });
    rmSync(folder, { recursive: true });
    mkdirSync(`${folder}.new`);
    expect(await findHoldout(store, id)).toMatchObject({ type: 'broken' });
  });

  it('is broken, not missing, where the store is a link to a folder that is not mounted', async () => {
    const link = join(store, 'link');
    symlinkSync(join(store, 'away'), link);
    expect(await findHoldout(link, id)).toMatchObject({
      type: 'broken',
      detail: expect.stringContaining('leads to a folder that is not there') as string,
    });
  });

  it('is broken where it cannot be read or is of another criterion', async () => {
    writeFileSync(join(folder, 'holdout.yaml'), yaml('sais: x\n'));
    expect(await findHoldout(store, id)).toMatchObject({ type: 'broken' });
    writeFileSync(join(folder, 'holdout.yaml'), yaml().replace('AC-1', 'AC-2'));
    expect(await findHoldout(store, id)).toMatchObject({
      type: 'broken',
      detail: expect.stringContaining('names login/AC-2') as string,
    });
  });

  it('is broken with anything in it that is no file', async () => {
    symlinkSync('/etc/passwd', join(folder, 'data'));
    expect(await findHoldout(store, id)).toMatchObject({ type: 'broken' });
    rmSync(join(folder, 'data'));
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    expect(await findHoldout(store, id)).toMatchObject({
      type: 'broken',
      detail: expect.stringContaining('neither a file nor a folder') as string,
    });
  });
});
