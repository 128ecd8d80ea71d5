import fc from 'fast-check';

/** Properties try the same cases each time, so that what is red tells of the change at hand; see CONTRIBUTING.md. */
if (process.env['EXPLORE'] === undefined) fc.configureGlobal({ seed: 20_261_128 });
