import type { JsonSchema } from './agent.ts';

/** The prompt with the wanted result spelled out, for programs and model servers that do not hold a model to a schema. */
export function askForJson(prompt: string, schema: JsonSchema): string {
  const wanted = JSON.stringify(schema, null, 2);
  return `${prompt}

# Result
End with one JSON value that fits the JSON Schema below, in a block fenced as \`\`\`json, and write nothing after it.

${wanted}
`;
}
