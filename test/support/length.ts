/** How long a test runs: briefly in `npm test`, in its full form in `npm run soak`. */

/** Whether this is the full form: more people, more rounds, more rows. */
export const isFull = process.env['TEST_LENGTH'] === 'full';
