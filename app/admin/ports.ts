import type { SiteRegistry } from '../../contract/registry.ts';
import type { Ledger, LedgerReader } from '../../ingest/stores/ledger/types.ts';

/** The ledger, opened beside whatever else writes to it. */
export interface AdminLedger {
  readonly ledger: Pick<Ledger, 'commit'>;
  readonly reader: Pick<
    LedgerReader,
    'refusals' | 'quarantine' | 'registries' | 'user' | 'users' | 'credentials' | 'tokens' | 'tokenById'
  >;
  /** What is kept of a token. */
  hashToken(token: string): string;
  close(): Promise<void>;
}

/** A registry file read, or every reason why it cannot be: each a sentence with its line and key. */
export type RegistryFile = { readonly registry: SiteRegistry } | { readonly problems: readonly string[] };

/** What the administrator's commands need of the world. */
export interface AdminDeps {
  /** @throws StartError when there is no ledger yet, or it cannot be used. */
  openLedger(): Promise<AdminLedger>;
  /** ms epoch */
  now(): number;
  out(text: string): void;
  err(text: string): void;
  /** Asks on the terminal without showing what is typed. Rejects with AdminError where there is no terminal. */
  askPassword(question: string): Promise<string>;
  /** All of standard input. */
  readStdin(): Promise<string>;
  /** Text of a UTF-8 file. @throws AdminError naming the file. */
  readFile(path: string): string;
  /** In place of what the file held. @throws AdminError naming the file. */
  writeFile(path: string, text: string): void;
  newToken(): string;
  hashPassword(password: string): Promise<string>;
  /** What is wrong with a chosen password beyond its length; null when nothing is. */
  passwordWeakness(password: string, username: string): string | null;
  parseRegistry(file: { path: string; text: string }): RegistryFile;
  formatRegistry(registry: SiteRegistry): string;
  /** What an import would change, line by line; empty: nothing. */
  diffRegistry(before: SiteRegistry | undefined, after: SiteRegistry): readonly string[];
  /** Where devices reach the broker (over TLS: with its certificate), for the example that is printed with a credential. */
  readonly mqtt: { readonly host: string; readonly port: number; readonly certFile?: string };
}

/** A command that could not do what it was asked: exit code 1, the message alone is printed. */
export class AdminError extends Error {
  override readonly name = 'AdminError';
}

/** A command that was not understood: exit code 2, with the usage. */
export class AdminUsageError extends Error {
  override readonly name = 'AdminUsageError';
}
