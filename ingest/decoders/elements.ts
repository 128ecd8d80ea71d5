import type { JsonDocument } from './json.ts';
import { elementPath } from './path.ts';
import { found, type Rejections } from './rejections.ts';

/** More elements of one message are not read. */
export const MOST_ELEMENTS = 10_000;

export interface Element {
  readonly path: string;
  readonly record: Readonly<Record<string, unknown>>;
}

/** The objects of a message: itself, or those of its array. What is none is rejected by its index. */
export function elementsOf({ value }: JsonDocument, { rejections, confidential }: ElementContext): Element[] {
  if (isRecord(value)) return [{ path: '$', record: value }];
  if (!Array.isArray(value)) {
    rejections.add('wrong_shape', '$', `the payload is ${found(value, { confidential })}; ${SHAPE}`);
    return [];
  }
  const elements: Element[] = [];
  const items: readonly unknown[] = value;
  items.slice(0, MOST_ELEMENTS).forEach((item, index) => {
    const path = elementPath('$', index);
    if (isRecord(item)) elements.push({ path, record: item });
    else rejections.add('wrong_shape', path, `element ${index} is ${found(item, { confidential })}; ${SHAPE}`);
  });
  if (items.length > MOST_ELEMENTS) {
    const detail = `the array has ${items.length} elements, of which the first ${MOST_ELEMENTS} are read; send smaller messages`;
    rejections.add('wrong_shape', elementPath('$', MOST_ELEMENTS), detail);
  }
  return elements;
}

export interface ElementContext {
  readonly rejections: Rejections;
  readonly confidential: boolean;
}

const SHAPE = 'send one object, or an array of objects';

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
