/** Users: by id, and in pages by creation, searched in small steps, however many there are. */

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { User, UserQuery } from '../port/port.ts';
import { type SeenUser, searchUsers } from '../shared/paging.ts';
import type { Reader } from './connection/reader.ts';

/** The columns of a user that has both rows. */
const columns = `users.id, identifier, users.created_at AS createdAt, email,
  email_verified_at AS emailVerifiedAt, disabled_at AS disabledAt`;

export class Users {
  readonly #reader: Reader;
  readonly #select: StatementSync;
  readonly #selectPage: StatementSync;

  constructor(db: DatabaseSync, reader: Reader) {
    this.#reader = reader;
    this.#select = db.prepare(
      `SELECT ${columns} FROM users JOIN auth ON auth.user_id = users.id WHERE users.id = ?`,
    );
    // The cross join keeps `users` outermost, whose index has the order.
    this.#selectPage = db.prepare(
      `SELECT ${columns}, instr(canonical, ?) > 0 AS matches
       FROM users CROSS JOIN auth ON auth.user_id = users.id
       WHERE (users.created_at, users.id) > (?, ?) ORDER BY users.created_at, users.id LIMIT ?`,
    );
  }

  /** Reads a user inside a step of the writer. */
  select(userId: string): User | undefined {
    return this.#select.get(userId) as User | undefined;
  }

  list(query: UserQuery): Promise<User[]> {
    return searchUsers(query, (matching, { createdAt, id }, step) =>
      this.#reader.read(() => this.#selectPage.all(matching, createdAt, id, step) as unknown as SeenUser[]),
    );
  }
}
