/** The OpenAPI document. */

export const openapi = { openapi: '3.1.1' };
