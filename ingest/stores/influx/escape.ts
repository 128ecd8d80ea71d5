/**
 * The one place where a name becomes part of a query or of a line. Nothing else puts quotes or backslashes anywhere.
 * https://docs.influxdata.com/influxdb/v1/query_language/spec/#literals
 * https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/#special-characters
 */

/** An identifier of InfluxQL: a measurement, a field, a tag key, a database. */
export function identifier(name: string): string {
  return `"${name.replace(/[\\"\n]/g, inQuery)}"`;
}

/** A string literal of InfluxQL. */
export function literal(text: string): string {
  return `'${text.replace(/[\\'\n]/g, inQuery)}'`;
}

function inQuery(character: string): string {
  return character === '\n' ? String.raw`\n` : `\\${character}`;
}

/** A word of a shell, for the commands that an administrator is told. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/**
 * A tag's key or value, or a field's key, of line protocol.
 * @throws RangeError for what line protocol cannot say: nothing, control characters, a backslash before what needs
 * one itself or at the end.
 */
export function key(name: string): string {
  refuseUnsayable(name);
  return name.replace(/[ ,=]/g, String.raw`\$&`);
}

/** A measurement of line protocol. @throws RangeError as `key` does. */
export function measurement(name: string): string {
  refuseUnsayable(name);
  return name.replace(/[ ,]/g, String.raw`\$&`);
}

/** A field's value that is text, of line protocol. */
export function textValue(text: string): string {
  return `"${text.replace(/[\\"]/g, String.raw`\$&`)}"`;
}

/** A float of line protocol, to the bit. Never an integer, which another type would be. @throws RangeError for NaN and infinities. */
export function floatValue(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`InfluxDB keeps no ${value}`);
  return Object.is(value, -0) ? '-0' : String(value);
}

// eslint-disable-next-line no-control-regex -- they are what is refused
const UNSAYABLE = /[\u0000-\u001f\u007f]|\\([ ,=]|$)|^$/;

function refuseUnsayable(name: string): void {
  if (UNSAYABLE.test(name)) throw new RangeError(`InfluxDB has no way to write the name ${JSON.stringify(name)}`);
}
