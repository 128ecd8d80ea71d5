/**
 * Names one value of a table. Who asks for it with each reading keeps the place: it remembers where the value stands,
 * which no text has to be looked up for any more. A place belongs to one table of one world.
 */
export class Place {
  readonly key: string;
  /** Of the table alone. */
  cell: object | undefined = undefined;

  constructor(key: string) {
    this.key = key;
  }
}
