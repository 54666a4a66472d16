/** The part of OpenAPI 3.1 that the document is made of, as types. */

/** A JSON Schema (draft 2020-12). */
export type Schema = Readonly<Record<string, unknown>>;

export interface Reference {
  readonly $ref: string;
}

export interface Header {
  readonly description: string;
  readonly required?: boolean;
  readonly schema: Schema;
}

interface MediaType {
  readonly schema: Schema;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly summary: string; readonly value: unknown }>>;
}

export type Content = Readonly<Record<string, MediaType>>;

/** A response. One without `content` has no body. */
export interface Response {
  readonly description: string;
  readonly headers: Readonly<Record<string, Header | Reference>>;
  readonly content?: Content;
}

/** Responses by status, or by class of status (`4XX`) for those that have no entry of their own. */
type Responses = Readonly<Record<string, Response | Reference>>;

/** A part of the path or of the query. */
export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required: boolean;
  readonly description: string;
  readonly schema: Schema;
  readonly example: unknown;
}

export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  /** Says, besides what it does, how it is throttled. */
  readonly description: string;
  readonly parameters?: readonly Parameter[];
  /** Any one of the entries is enough; an empty one means that none is needed. */
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly requestBody?: {
    readonly description: string;
    readonly required: boolean;
    readonly content: Content;
  };
  readonly responses: Responses;
}

/** One path with its operations by method. */
type PathItem = Readonly<Partial<Record<'get' | 'head' | 'post' | 'delete', Operation>>>;

/** What one contract adds to the document. */
export interface Part {
  readonly tag: { readonly name: string; readonly description: string };
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly schemas?: Readonly<Record<string, Schema>>;
  readonly responses?: Readonly<Record<string, Response>>;
}

export interface Document {
  readonly openapi: string;
  readonly info: Readonly<Record<string, unknown>> & { readonly version: string };
  readonly servers: readonly { readonly url: string; readonly description: string }[];
  readonly tags: readonly Part['tag'][];
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly components: {
    readonly headers: Readonly<Record<string, Header>>;
    readonly responses: Readonly<Record<string, Response>>;
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly securitySchemes: Readonly<Record<string, Schema>>;
  };
}
