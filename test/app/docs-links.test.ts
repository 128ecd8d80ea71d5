import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

/** What people read: a link that leads nowhere is found here and not by them. */
const ROOT = join(import.meta.dirname, '..', '..');
const PAGES = ['.', 'docs'].flatMap((dir) =>
  readdirSync(join(ROOT, dir))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(dir, name)),
);
const LINK = /\]\(([^)\s]+)\)|<img src="([^"]+)"/g;
const HEADING = /^#{1,6} (.+)$/gm;

const read = (page: string) => readFileSync(join(ROOT, page), 'utf8').replace(/```[\s\S]*?```/g, '');

/** As GitHub makes them of headings. */
function anchorsOf(page: string): string[] {
  return [...read(page).matchAll(HEADING)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replace(/[^\p{L}\p{N}\p{M} _-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
}

function linksOf(page: string): { target: string; anchor: string | undefined }[] {
  return [...read(page).matchAll(LINK)]
    .map(([, link, image]) => link ?? image ?? '')
    .filter((link) => !/^[a-z]+:/.test(link))
    .map((link) => {
      const [path = '', anchor] = link.split('#');
      return { target: path === '' ? page : relative(ROOT, join(ROOT, dirname(page), path)), anchor };
    });
}

test.each(PAGES)('%s links to what is there', (page) => {
  const broken = linksOf(page).filter(
    ({ target, anchor }) =>
      !existsSync(join(ROOT, target)) ||
      (anchor !== undefined && target.endsWith('.md') && !anchorsOf(target).includes(anchor)),
  );
  expect(broken).toEqual([]);
});

test('the Chinese README leads to all pages that the English one leads to', () => {
  const pagesOf = (readme: string) =>
    new Set(
      linksOf(readme)
        .map(({ target }) => target)
        .filter((target) => target.startsWith('docs/') && target.endsWith('.md')),
    );
  const chinese = pagesOf('README.zh-CN.md');
  const missing = [...pagesOf('README.md')].filter(
    (page) => !chinese.has(page) && !chinese.has(page.replace(/\.md$/, '.zh-CN.md')),
  );
  expect(missing).toEqual([]);
});
