/** One setting that cannot be used. `where`: `environment`, `default` or `file:line`. */
export interface ConfigProblem {
  readonly key: string | null;
  readonly where: string;
  /** What is wrong and what would be right. */
  readonly message: string;
}

/** Settings that cannot be used: all of them, so that one start tells everything. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(['The configuration cannot be used:', ...problems.map(formatProblem)].join('\n'));
    this.problems = problems;
  }
}

function formatProblem({ key, where, message }: ConfigProblem): string {
  return `  ${key === null ? '' : `${key} `}(${where}): ${message}`;
}
