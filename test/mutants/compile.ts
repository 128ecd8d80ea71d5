import { join } from 'node:path';
import ts from 'typescript';

/** Says what a compiler has against files that are changed in memory; undefined: nothing. */
export type Compile = (changed: ReadonlyMap<string, string>) => string | undefined;

/** What a fault leaves unused is no mistake of its own. */
const UNUSED: ReadonlySet<number> = new Set([6133, 6192, 6196, 6198]);

/**
 * Checks the files of the project's `tsconfig.json`; of others (the client's) it reads the syntax only. A fault that
 * does not compile is none that anybody could build in: its tests turn red for another reason, or stay green.
 */
export function compiler(root: string): Compile {
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic() {} };
  const project = ts.getParsedCommandLineOfConfigFile(join(root, 'tsconfig.json'), {}, host);
  const { fileNames = [], options = {} } = project ?? {};
  const known = new Set(fileNames);
  let changed = new Map<string, string>();
  let round = 0;
  // As first seen: a copy holds the fault of one round while another is compiled.
  const original = new Map<string, string | undefined>();
  const read = (path: string) => {
    if (!original.has(path)) original.set(path, ts.sys.readFile(path));
    return changed.get(path) ?? original.get(path);
  };
  const service = ts.createLanguageService({
    ...ts.sys,
    getCompilationSettings: () => options,
    getScriptFileNames: () => fileNames,
    // Known by the round in which it was changed.
    getScriptVersion: (path) => (changed.has(path) ? String(round) : '0'),
    getScriptSnapshot(path) {
      const text = read(path);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => root,
    useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    readFile: read,
    fileExists: (path) => ts.sys.fileExists(path),
  });

  return (files) => {
    round += 1;
    changed = new Map([...files].map(([file, text]) => [join(root, file), text]));
    for (const [path, text] of changed) {
      if (!path.endsWith('.ts')) continue;
      const found = known.has(path)
        ? [...service.getSyntacticDiagnostics(path), ...service.getSemanticDiagnostics(path)]
        : (ts.transpileModule(text, { reportDiagnostics: true }).diagnostics ?? []);
      const fault = found.find(({ code }) => !UNUSED.has(code));
      if (fault !== undefined)
        return `${path.slice(root.length + 1)}: ${ts.flattenDiagnosticMessageText(fault.messageText, ' ')}`;
    }
    return undefined;
  };
}
