/** One place of a file, as it is and as the fault has it. */
export interface Edit {
  /** Path from the project's root. */
  readonly file: string;
  /** Stands exactly once in the file; blanks and line breaks match any others. */
  readonly from: string;
  readonly to: string;
}

/** A fault that somebody could build in by mistake, and the tests that have to notice. */
export interface Mutant {
  readonly name: string;
  /** What is no longer true with it, as a sentence. */
  readonly breaks: string;
  readonly edits: readonly Edit[];
  /** Test files, from the project's root: each of them has to turn red. */
  readonly tests: readonly string[];
}

/** The text that an edit looks for is not there, or more than once: the code has moved on. */
export class EditMismatch extends Error {
  override readonly name = 'EditMismatch';
  constructor({ file, from }: Edit, count: number) {
    const found = count === 0 ? 'is not in it any more' : `stands ${count} times in it`;
    super(`${file}: the text of the edit ${found}. Look at the code and adapt the edit:\n    ${from}`);
  }
}

/** @throws EditMismatch */
export function applyEdit(text: string, edit: Edit): string {
  const parts = text.split(patternOf(edit.from));
  if (parts.length !== 2) throw new EditMismatch(edit, parts.length - 1);
  return parts.join(edit.to);
}

/** A formatter may break lines elsewhere tomorrow: that is no other code. */
function patternOf(from: string): RegExp {
  return new RegExp(from.trim().split(/\s+/).map(RegExp.escape).join('\\s+'), 'g');
}
