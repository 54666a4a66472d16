/** Opens the mail library with the first letter: many servers never send one and need not hold it in memory. */

type Library = typeof import('nodemailer');

/** A transport that is made when it is first needed. */
export interface Transport<Made> {
  open(): Promise<Made>;
  /** Closes it if it was ever opened. */
  close(): void;
}

export function withFirstLetter<Made extends { close(): void }>(
  make: (library: Library) => Made,
): Transport<Made> {
  let made: Promise<Made> | undefined;
  return {
    open: () => {
      made ??= import('nodemailer').then(make);
      return made;
    },
    close: () => {
      made?.then(
        (transport) => transport.close(),
        // Whoever tried to send was told.
        () => {},
      );
    },
  };
}
