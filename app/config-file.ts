import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import { isConfigKey, configKeys, type ConfigKey } from './config-keys.ts';
import { closest } from '../ingest/standards/closest.ts';
import type { ConfigProblem } from './config-error.ts';

export interface ConfigFile {
  readonly path: string;
  readonly text: string;
}

export interface FileSetting {
  readonly key: ConfigKey;
  /** As written: `1e3` stays `1e3`, `no` stays `no`. */
  readonly text: string;
  readonly where: string;
}

/** The settings of a YAML file: one flat map of keys to plain values. */
export function readConfigFile({ path, text }: ConfigFile): { settings: FileSetting[]; problems: ConfigProblem[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number | undefined) => `${path}:${lines.linePos(offset ?? 0).line}`;
  const settings: FileSetting[] = [];
  const problems: ConfigProblem[] = document.errors.map((error) => ({
    key: null,
    where: at(error.pos[0]),
    message: `this is not YAML that can be read: ${firstSentence(error.message)}`,
  }));
  const { contents } = document;
  if (problems.length > 0 || contents === null || (isScalar(contents) && contents.value === null))
    return { settings, problems };
  if (!isMap(contents)) {
    const message = 'the file has to be a list of lines like "HTTP_PORT: 8080"';
    return { settings, problems: [{ key: null, where: at(contents.range[0]), message }] };
  }

  for (const { key: keyNode, value: valueNode } of contents.items) {
    const name = isScalar(keyNode) ? String(keyNode.value) : '(no plain key)';
    const where = at(isScalar(keyNode) ? keyNode.range[0] : undefined);
    if (!isConfigKey(name)) {
      const meant = closest(name.toUpperCase(), configKeys());
      const hint = meant === undefined ? `known keys are ${configKeys().join(', ')}` : `did you mean ${meant}?`;
      problems.push({ key: name, where, message: `there is no such key; ${hint}` });
    } else if (!isScalar(valueNode) || valueNode.value === null) {
      problems.push({ key: name, where, message: 'it needs one plain value; leave the line out to get the default' });
    } else {
      settings.push({ key: name, text: valueNode.source, where });
    }
  }
  return { settings, problems };
}

function firstSentence(message: string): string {
  return message.split('\n')[0]?.trim() ?? message;
}
