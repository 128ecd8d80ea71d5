/** A start that cannot go on, in a sentence that says what to do: printed without a stack. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
