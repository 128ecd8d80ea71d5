import { isAbsolute, relative } from 'node:path';
import { type Static, Type } from 'typebox';
import { Check } from 'typebox/value';

/** What is read of a report of Vitest's. */
const Report = Type.Object({
  testResults: Type.Array(
    Type.Object({
      name: Type.String(),
      status: Type.String(),
      message: Type.Optional(Type.String()),
      assertionResults: Type.Array(
        Type.Object({
          fullName: Type.String(),
          status: Type.String(),
          failureMessages: Type.Optional(Type.Union([Type.Array(Type.String()), Type.Null()])),
        }),
      ),
    }),
  ),
});
type FileReport = Static<typeof Report>['testResults'][number];

/** `red`: a test failed at what it tests. `broken`: nothing was tested, or the code could not run at all. */
export type Verdict =
  | { readonly colour: 'green' }
  | { readonly colour: 'red'; readonly test: string; readonly message: string }
  | { readonly colour: 'broken'; readonly message: string }
  | { readonly colour: 'skipped' };

/** Failures of a file that cannot be read or names what is not there: they say nothing of the fault that was meant. */
const NO_VERDICT = /^(SyntaxError|ReferenceError|Error: Failed to resolve|Error: Cannot find)/;

/** The verdict on each test file, by its path from `root`. */
export function verdictsOf(report: unknown, root: string): Map<string, Verdict> {
  if (!Check(Report, report)) throw new TypeError("Vitest's report has another form: read its JSON reporter anew");
  return new Map(report.testResults.map((file) => [pathFrom(root, file.name), verdictOn(file)]));
}

function verdictOn({ status, message, assertionResults }: FileReport): Verdict {
  const failed = assertionResults.filter((result) => result.status === 'failed');
  const reasons = failed.map(({ fullName, failureMessages }) => ({ fullName, why: failureMessages?.[0] ?? '' }));
  const meant = reasons.find(({ why }) => !NO_VERDICT.test(why));
  if (meant !== undefined) return { colour: 'red', test: meant.fullName.trim(), message: firstLine(meant.why) };
  const [other] = reasons;
  if (other !== undefined) return { colour: 'broken', message: firstLine(other.why) };
  if (status === 'failed') return { colour: 'broken', message: firstLine(message ?? '') || 'it could not be loaded' };
  return assertionResults.some((result) => result.status === 'passed') ? { colour: 'green' } : { colour: 'skipped' };
}

function pathFrom(root: string, name: string): string {
  return isAbsolute(name) ? relative(root, name) : name;
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').slice(0, 160);
}
