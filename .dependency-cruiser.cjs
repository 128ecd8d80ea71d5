/** The arrows between the rooms: contract <- broker, ingest, dashboard, simulators; the composition knows all. */
module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      comment: 'Not of types either: what both sides need lies below both.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'contract-is-a-leaf',
      comment: 'The contract imports only typebox, and compiles nothing: the browser forbids it.',
      severity: 'error',
      from: { path: '^contract/' },
      to: { pathNot: ['^contract/', '^node_modules/typebox/(?!.*compile)'] },
    },
    {
      name: 'broker-knows-the-contract',
      severity: 'error',
      from: { path: '^broker/' },
      to: { path: '^(ingest|dashboard|simulators|app|test)/|^main' },
    },
    {
      name: 'ingest-knows-the-contract',
      severity: 'error',
      from: { path: '^ingest/' },
      to: { path: '^(broker|dashboard|simulators|app|test)/|^main' },
    },
    {
      name: 'dashboard-knows-the-contract',
      severity: 'error',
      from: { path: '^dashboard/' },
      to: { path: '^(broker|ingest|simulators|app|test)/|^main' },
    },
    {
      name: 'simulators-know-the-contract',
      severity: 'error',
      from: { path: '^simulators/' },
      to: { path: '^(broker|ingest|dashboard|app|test)/|^main' },
    },
    {
      name: 'words-serve-both-sides',
      comment: 'What page, paper and files say alike: read by the client and by the server, which may be there alone.',
      severity: 'error',
      from: { path: '^dashboard/words/' },
      to: { pathNot: ['^contract/', '^dashboard/words/'] },
    },
    {
      name: 'client-stays-in-the-browser',
      severity: 'error',
      from: { path: '^dashboard/client/' },
      to: { path: '^dashboard/server/|^node:' },
    },
    {
      name: 'pure-rooms-do-no-io',
      comment: 'Time and state come in as arguments; the catalogue alone reads its files.',
      severity: 'error',
      from: { path: '^ingest/(alarms|quality|standards)/', pathNot: '^ingest/standards/catalogue\\.ts$' },
      to: { path: '^ingest/(stores|line|live|notify|decoders)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'pure-rooms-know-no-node',
      severity: 'error',
      from: { path: '^ingest/(alarms|quality|standards)/', pathNot: '^ingest/standards/catalogue\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'sql-stays-in-the-stores',
      severity: 'error',
      from: { pathNot: '^(ingest/stores|test)/' },
      to: { path: '^(node:)?sqlite$' },
    },
    { name: 'nobody-imports-tests', severity: 'error', from: { pathNot: '^(test|scripts)/' }, to: { path: '^test/' } },
    {
      name: 'only-main-composes',
      severity: 'error',
      from: { pathNot: '^(main\\.ts|app/launch\\.mjs|test/)' },
      to: { path: '^main\\.ts$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.vue', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
    exclude: { path: '^(dist|data|coverage)/' },
  },
};
