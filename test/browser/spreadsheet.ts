import { inflateRawSync } from 'node:zlib';

/** Reads a workbook without the program that wrote it: rows of its sheets as a spreadsheet shows them. */
export function readXlsx(file: Buffer): Map<string, string[][]> {
  const files = unzip(file);
  const text = (name: string) => files.get(name)?.toString() ?? '';
  const strings = [...text('xl/sharedStrings.xml').matchAll(/<si>(.*?)<\/si>/gs)].map(([, one = '']) => plain(one));
  const formats = formatsOf(text('xl/styles.xml'));
  const textOf = (attributes: string, value: string): string => {
    if (/t="s"/.test(attributes)) return strings[Number(value)] ?? '';
    if (value === '' || /t="(inlineStr|str)"/.test(attributes)) return value;
    return Number(value).toFixed(formats[Number(/s="(\d+)"/.exec(attributes)?.[1])] ?? 0);
  };
  const names = [...text('xl/workbook.xml').matchAll(/<sheet [^>]*name="([^"]*)"/g)].map(([, name = '']) =>
    plain(name),
  );
  return new Map(
    names.map((name, index) => {
      const rows = [...text(`xl/worksheets/sheet${index + 1}.xml`).matchAll(/<row [^>]*?(?:\/>|>(.*?)<\/row>)/gs)];
      const cells = ([, row = '']: RegExpMatchArray) => {
        const found: string[] = [];
        for (const [, attributes = '', inner = ''] of row.matchAll(/<c ([^>]*?)(?:\/>|>(.*?)<\/c>)/gs)) {
          // An empty cell need not be there at all.
          const column = columnOf(/r="([A-Z]+)\d+"/.exec(attributes)?.[1] ?? '');
          while (found.length < column) found.push('');
          found.push(textOf(attributes, plain(/<v>(.*?)<\/v>/s.exec(inner)?.[1] ?? inner)));
        }
        return found;
      };
      return [name, rows.map(cells)] as const;
    }),
  );
}

/** `A` is 0. */
function columnOf(letters: string): number {
  return [...letters].reduce((index, letter) => index * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}

/** Decimals of each cell style. */
function formatsOf(styles: string): number[] {
  const codes = new Map(
    [...styles.matchAll(/<numFmt [^>]*numFmtId="(\d+)"[^>]*formatCode="([^"]*)"/g)].map(([, id = '', code = '']) => [
      id,
      code,
    ]),
  );
  const cells = /<cellXfs.*?<\/cellXfs>/s.exec(styles)?.[0] ?? '';
  return [...cells.matchAll(/<xf ([^>]*)/g)].map(([, attributes = '']) => {
    const code = codes.get(/numFmtId="(\d+)"/.exec(attributes)?.[1] ?? '') ?? '0';
    return code.split('.')[1]?.length ?? 0;
  });
}

function plain(xml: string): string {
  const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
  return xml.replace(/<[^>]*>/g, '').replace(/&(#\d+|\w+);/g, (whole, name: string) => {
    return name.startsWith('#') ? String.fromCodePoint(Number(name.slice(1))) : (named[name] ?? whole);
  });
}

/** By the central directory at the end of a zip file (APPNOTE 4.3.12). */
function unzip(file: Buffer): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  const end = file.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  let at = file.readUInt32LE(end + 16);
  for (let left = file.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [method, size, start] = [file.readUInt16LE(at + 10), file.readUInt32LE(at + 20), file.readUInt32LE(at + 42)];
    const [name, extra, comment] = [28, 30, 32].map((offset) => file.readUInt16LE(at + offset));
    const data = start + 30 + file.readUInt16LE(start + 26) + file.readUInt16LE(start + 28);
    const packed = file.subarray(data, data + size);
    files.set(file.toString('utf8', at + 46, at + 46 + (name ?? 0)), method === 0 ? packed : inflateRawSync(packed));
    at += 46 + (name ?? 0) + (extra ?? 0) + (comment ?? 0);
  }
  return files;
}

/** Rows of a CSV file by RFC 4180, its byte order mark left out. */
export function readCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plainText = '', end = ''] of text
    .replace(/^\uFEFF/, '')
    .matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plainText);
    if (end === '\r\n') rows.push([]);
    if (end === '') break;
  }
  return rows;
}
