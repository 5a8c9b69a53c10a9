/** Provenance in the forms that other tools read; pure. */
import { createHash } from 'node:crypto';
import type { ProvenanceRecord } from '../model/provenance.ts';

/**
 * An in-toto statement (v1) with SLSA provenance (v1) as its predicate: what the commit was made of, by what, when.
 * It is not signed; sign it with whatever signs your releases.
 */
export function toStatement(record: ProvenanceRecord, builderVersion: string): object {
  const { commit, base, item, run, title, criteria, pipeline, attempts, checks, decisions } = record;
  const texts = attempts.flatMap(({ instructions, prompt, address }) => [
    ...(instructions === null
      ? []
      : [{ name: `instructions/${instructions.name}`, digest: { sha256: instructions.hash } }]),
    ...(prompt === null ? [] : [{ name: `prompt/${address}`, digest: { sha256: prompt } }]),
  ]);
  const times = attempts.map(({ at }) => at).sort();
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 'commit', digest: { gitCommit: commit } }],
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: 'urn:millwright:work-item:v1',
        externalParameters: { item, title, criteria: criteria.map(({ id, action, hash }) => ({ id, action, hash })) },
        internalParameters: { pipeline },
        resolvedDependencies: [
          ...(base === null ? [] : [{ name: 'base', digest: { gitCommit: base } }]),
          ...new Map(texts.map((text) => [text.name, text])).values(),
        ],
      },
      runDetails: {
        builder: { id: 'urn:millwright', version: { millwright: builderVersion } },
        metadata: { invocationId: `${item}:${run}`, ...(times.length === 0 ? {} : { finishedOn: times.at(-1) }) },
        byproducts: [
          { name: 'attempts', content: encode(attempts) },
          { name: 'checks', content: encode(checks) },
          { name: 'decisions', content: encode(decisions) },
        ],
      },
    },
  };
}

/** in-toto carries content as base64 of its bytes. */
function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64');
}

export interface TracedRange {
  readonly path: string;
  readonly from: number;
  readonly to: number;
  readonly item: string;
  /** As `provider/model` where the provider is known; `null`: not known. */
  readonly model: string | null;
}

/** An Agent Trace record (0.1.0) of one revision: which lines an agent wrote. */
export function toAgentTrace(revision: string, at: string, ranges: readonly TracedRange[], version: string): object {
  const files = Map.groupBy(ranges, ({ path }) => path);
  return {
    version: '0.1.0',
    id: uuidOf(revision),
    timestamp: at,
    vcs: { type: 'git', revision },
    tool: { name: 'millwright', version },
    files: [...files].map(([path, own]) => ({
      path,
      conversations: [...Map.groupBy(own, ({ item, model }) => `${item}\n${model}`).values()].map((group) => ({
        contributor: { type: 'ai', ...(group[0]?.model == null ? {} : { model_id: group[0].model }) },
        ranges: group.map(({ from, to }) => ({ start_line: from, end_line: to })),
        related: [{ type: 'work-item', url: `urn:millwright:${group[0]?.item ?? ''}` }],
      })),
    })),
  };
}

/** The same revision has the same id: a UUID made of its hash. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
