/** The whole OpenAPI document, with the types of the parts that tests read. */

import document from '../../../openapi/openapi.json' with { type: 'json' };

/** A JSON Schema (draft 2020-12). */
export type Schema = Readonly<Record<string, unknown>>;

interface Reference {
  readonly $ref: string;
}

export interface Header {
  readonly description: string;
  readonly required?: boolean;
  readonly schema: Schema;
}

export type Content = Readonly<Record<string, { readonly schema: Schema; readonly example?: unknown }>>;

/** A response. One without `content` has no body. */
export interface Response {
  readonly description: string;
  readonly headers: Readonly<Record<string, Header | Reference>>;
  readonly content?: Content;
}

/** A part of the path or of the query. */
export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly schema: Schema;
}

export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly description: string;
  readonly parameters?: readonly (Parameter | Reference)[];
  readonly requestBody?: { readonly content: Content };
  /** By status, or by class of status (`4XX`) for those that have no entry of their own. */
  readonly responses: Readonly<Record<string, Response | Reference>>;
}

/** The methods of the document. */
export type Method = 'get' | 'head' | 'post' | 'put' | 'patch' | 'delete' | 'options';

/** One path with its operations by method. */
export type PathItem = Readonly<Partial<Record<Method, Operation>>>;

interface Document {
  readonly info: { readonly version: string };
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly components: {
    readonly headers: Readonly<Record<string, Header>>;
    readonly parameters?: Readonly<Record<string, Parameter>>;
    readonly responses: Readonly<Record<string, Response>>;
    readonly schemas: Readonly<Record<string, Schema>>;
  };
}

export const openapi = document as unknown as Document;

/** What a reference stands for; anything else stands for itself. */
export function resolve<Item extends object>(
  item: Item | Reference,
  components: Readonly<Record<string, Item>>,
): Item {
  if (!('$ref' in item)) return item;
  const found = components[item.$ref.slice(item.$ref.lastIndexOf('/') + 1)];
  if (!found) throw new Error(`The OpenAPI document refers to ${item.$ref}, which it does not hold.`);
  return found;
}
