/** Opens the mail library when it is needed: many servers never send a letter and need not hold it in memory. */

type Library = typeof import('nodemailer');

/** A transport that is made when it is first needed. */
export interface Transport<Made> {
  open(): Promise<Made>;
  /** Closes it if it was ever opened. */
  close(): void;
}

/** Loads the library, which keeps the event loop busy for a tenth of a second, before the first letter needs it. */
export async function loadMailLibrary(): Promise<void> {
  await Promise.all([import('nodemailer'), import('nodemailer/lib/mail-composer')]);
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
        // The caller that tried to send was told.
        () => {},
      );
    },
  };
}
