/** Routes that the tests need beside those of the page, in every place where Next.js runs code on the server. */

export const routes: Readonly<Record<string, string>> = {
  'app/api/me/route.ts': `
    import { signedIn } from '../../../auth';
    export const GET = signedIn((request: Request, { user }) => Response.json({ email: user.email }));
  `,
  'app/api/items/[id]/route.ts': `
    import type { NextRequest } from 'next/server';
    import { auth } from '../../../../auth';
    export const GET = auth.required(
      async (request: NextRequest, { session }, { params }: { params: Promise<{ id: string }> }) =>
        Response.json({ id: (await params).id, path: request.nextUrl.pathname, handle: session.handle }),
    );
  `,
  'app/action/page.tsx': `
    import { redirect } from 'next/navigation';
    import { signedIn } from '../../auth';
    async function act() {
      'use server';
      const { user } = await signedIn();
      redirect('/done?by=' + user.email);
    }
    export default function Page() {
      return <form action={act}><button>Go</button></form>;
    }
  `,
  'app/open/page.tsx': `
    import { headers } from 'next/headers';
    import { auth } from '../../auth';
    export default async function Page() {
      return <p>The session is {(await auth.session(await headers())).status}.</p>;
    }
  `,
  'app/error/route.ts': `
    import { signedIn } from '../../auth';
    export const GET = signedIn(() => { throw new Error('an error of the application'); });
  `,
  'app/guarded/page.tsx': 'export default () => <p>Behind the proxy</p>;',
  'proxy.ts': `
    import { type NextFetchEvent, type NextRequest, NextResponse } from 'next/server';
    import { auth, signedIn } from './auth';
    const guarded = signedIn((_request: NextRequest) => NextResponse.next());
    export function proxy(request: NextRequest, event: NextFetchEvent) {
      return request.nextUrl.pathname === '/guarded' ? guarded(request, event) : auth.proxy(request);
    }
    export const config = { matcher: ['/guarded', '/sign-in', '/register.json', '/login.json', '/other.json'] };
  `,
};
