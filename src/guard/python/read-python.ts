import { parser } from '@lezer/python';
import type { SourceFacts } from '../source-facts.ts';
import { createSource } from '../syntax.ts';
import { readPythonMarks } from './read-marks.ts';
import { readPythonTests } from './read-tests.ts';
import { readPythonAround } from './around-tests.ts';
import { hashedAnswers, readPythonCases } from './special-cases.ts';

/** What a Python text says. */
export function readPython(
  text: string,
  place: { readonly isTest: boolean; readonly isProgram: boolean },
): SourceFacts {
  const source = createSource(text, parser.parse(text));
  return {
    tests: place.isTest ? readPythonTests(source) : [],
    marks: [...readPythonMarks(source, place), ...(place.isTest ? [] : hashedAnswers(source))],
    specialCases: place.isTest ? [] : readPythonCases(source),
    around: place.isTest ? readPythonAround(source) : [],
    timeoutMs: null,
  };
}
