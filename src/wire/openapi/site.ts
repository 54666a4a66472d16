/** The routes for machines in the OpenAPI document: is it alive, is it ready, what can it do (ruling B2). */

import { headOf } from './head.ts';
import { response } from './headers.ts';
import { shared, trouble, unthrottled } from './refusals.ts';
import type { Operation, Part, Schema } from './shape.ts';

function status(word: string): { readonly schema: Schema; readonly example: object } {
  return {
    schema: {
      type: 'object',
      properties: { status: { const: word } },
      required: ['status'],
      additionalProperties: false,
    },
    example: { status: word },
  };
}

const healthz: Operation = {
  operationId: 'checkAlive',
  tags: ['site'],
  summary: 'Is the process alive?',
  description: `Answers for as long as the process does, whatever its store is doing. ${unthrottled}`,
  security: [],
  responses: {
    200: response('The process is alive.', { 'application/json': status('alive') }),
    '4XX': shared('Unreadable'),
  },
};

const readyz: Operation = {
  operationId: 'checkReady',
  tags: ['site'],
  summary: 'Can it do its work?',
  description: `Asks the store. Send requests only to a process that answers 200 here. ${unthrottled}`,
  security: [],
  responses: {
    200: response('The store answers.', { 'application/json': status('ready') }),
    ...trouble('Problem'),
  },
};

const document: Operation = {
  operationId: 'readDocument',
  tags: ['site'],
  summary: 'This document',
  description: `The description of every route, for people and for programs. ${unthrottled}`,
  security: [],
  responses: {
    200: response('An OpenAPI 3.1 document.', {
      'application/json': {
        schema: {
          type: 'object',
          properties: {
            openapi: { type: 'string', pattern: '^3\\.1\\.\\d+$' },
            info: { type: 'object' },
            paths: { type: 'object' },
          },
          required: ['openapi', 'info', 'paths'],
        },
      },
    }),
    '4XX': shared('Unreadable'),
  },
};

export const site: Part = {
  tag: {
    name: 'site',
    description: 'For the machines that run the server, and for those that learn to call it.',
  },
  paths: {
    '/healthz': { get: healthz, head: headOf(healthz) },
    '/readyz': { get: readyz, head: headOf(readyz) },
    '/openapi.json': { get: document, head: headOf(document) },
  },
};
