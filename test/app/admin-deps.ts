import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAdminLedger } from '../../app/admin/open-ledger.ts';
import { AdminError, type AdminDeps } from '../../app/admin/ports.ts';
import { runAdmin } from '../../app/admin/run.ts';
import { passwordHasher } from '../../dashboard/server/password.ts';
import { passwordWeakness } from '../../dashboard/server/password-rules.ts';
import { openLedger, openLedgerReader } from '../../ingest/stores/ledger/index.ts';
import { newToken } from '../../ingest/stores/ledger/tokens.ts';
import { registryFiles } from '../../app/admin/registry-files.ts';

export const NOW = Date.UTC(2026, 10, 25, 4);

/** A data directory with a new ledger, and a way to run commands on it with the real ledger and the real hashes. */
export async function adminBench() {
  const dir = mkdtempSync(join(tmpdir(), 'fw-admin-'));
  await (await openLedger({ file: join(dir, 'ledger.db') })).close();
  // Opened once: a thread for every command would make the tests slow. `open-ledger.test.ts` opens as commands do.
  const opened = await openAdminLedger(dir);
  const reader = openLedgerReader({ file: join(dir, 'ledger.db') });
  const hasher = passwordHasher();

  interface Given {
    readonly at?: number;
    readonly stdin?: string;
    /** Answers to the password questions; absent: there is no terminal. */
    readonly typed?: readonly string[];
    readonly files?: Readonly<Record<string, string>>;
    readonly mqtt?: AdminDeps['mqtt'];
  }

  return {
    ...opened,
    reader,
    async remove() {
      reader.close();
      await opened.close();
      rmSync(dir, { recursive: true });
    },
    async run(
      argv: readonly string[],
      { at = NOW, stdin = '', typed, files = {}, mqtt = { host: '127.0.0.1', port: 1883 } }: Given = {},
    ) {
      let out = '';
      let err = '';
      const written: Record<string, string> = {};
      const answers = [...(typed ?? [])];
      const deps: AdminDeps = {
        openLedger: () => Promise.resolve({ ...opened, close: () => Promise.resolve() }),
        now: () => at,
        out: (text) => (out += text),
        err: (text) => (err += text),
        askPassword: () => {
          const answer = answers.shift();
          return answer === undefined
            ? Promise.reject(new AdminError('There is no terminal'))
            : Promise.resolve(answer);
        },
        readStdin: () => Promise.resolve(stdin),
        readFile(path) {
          const text = files[path];
          if (text === undefined) throw new AdminError(`${path} cannot be read`);
          return text;
        },
        writeFile: (path, text) => void (written[path] = text),
        newToken,
        hashPassword: (password) => hasher.hash(password),
        passwordWeakness,
        ...registryFiles,
        mqtt,
      };
      const code = await runAdmin(argv, deps);
      return { code, out, err, written };
    },
  };
}

/** A password that no list knows. */
export function goodPassword(): string {
  return randomBytes(12).toString('hex');
}
