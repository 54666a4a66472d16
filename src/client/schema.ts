/** The HTTP interface as types, generated from openapi/openapi.json by `npm run client-schema`: do not edit. */

export interface components {
    schemas: {
        /**
         * Format: uuid
         * @description A random UUID (version 4), in lower case.
         */
        readonly Uuid: string;
        /** @description A session id of `envelope` and `dotjson`. It has 26 random lower-case letters and digits. */
        readonly SessionToken: string;
        /** @description A session id of any contract, or of the system that it was imported from. Every contract accepts all of them. No session has an id of another form. */
        readonly SessionId: string;
        /** @description The id of a user: a random UUID (version 4), or of an imported account the id that it had before, in ASCII without spaces. It is compared exactly. */
        readonly UserId: string;
        /** @description The public name of a session. It gives no access. */
        readonly Handle: string;
        /** @description The username or e-mail address of the account, in any case, whichever contract it was registered with. */
        readonly Identifier: string;
        /** @description A name of ASCII letters, digits and underscores. Its case is kept, and ignored in comparisons. */
        readonly Username: string;
        /** @description The username of the account as it was registered. Of an imported account it is the name that it had before, which may have other characters. */
        readonly AccountName: string;
        /** @description The e-mail address that the account is named by. Of an imported account it is the name that it had before: it has an `@`, but it may have characters beyond ASCII, or be no address that mails can be sent to. */
        readonly AccountAddress: string;
        /**
         * Format: email
         * @description An e-mail address.
         */
        readonly EmailAddress: string;
        /** @description The password of the account. */
        readonly Password: string;
        /** @description A code of the authenticator app, or a recovery code. Blanks, dashes, capitals and full-width digits do not matter. Needed if the account has a second factor and the browser is not trusted; ignored if it has none. */
        readonly Code: string;
        /** @description Whether the browser is not to be asked for a code for 30 days, if the code is right. `false` if it is missing. Of no effect on `envelope`, which sets no cookie. */
        readonly TrustBrowser: boolean;
        /**
         * @description The session is an enrolment session: it can only enrol a second factor, with `/auth/factors`, and ends after half an hour. No check takes it for a session.
         * @constant
         */
        readonly EnrolmentRequired: true;
        /** @description Ten recovery codes in place of all earlier ones. Each can be used once where a code of the app is asked for. They are shown only here. */
        readonly RecoveryCodes: readonly string[];
        /** @description A password of 8 to 256 Unicode code points and at most 1,024 bytes of UTF-8, well-formed and without U+0000. The operator can raise the lower bound. There are no rules of composition. A common password, and a password that is little more than the name of the account or of the service, is refused. The password is never trimmed or cut. */
        readonly NewPassword: string;
        /** @description The token of an invitation for this name. Required if the operator set `GATEHOUSE_REGISTRATION=invite`; ignored otherwise. */
        readonly Invitation: string;
        /** @description The token from the mail. It can be used once. */
        readonly MailToken: string;
        /**
         * Format: date-time
         * @description An instant in UTC with milliseconds (RFC 3339).
         */
        readonly UtcInstant: string;
        /** @description An instant with its offset and time zone (RFC 9557), in the zone that the operator has set. The fraction has no trailing zeros. */
        readonly ZonedInstant: string;
        /** @description The network of the client. It is an IPv4 address, the first 64 bits of an IPv6 address, or `unknown`. */
        readonly Network: string;
        /** @description An error as problem details (RFC 9457). */
        readonly Problem: {
            /**
             * @description The type of the problem, for problems of the same status. It is `about:blank` if the status is enough.
             * @enum {unknown}
             */
            readonly type: "about:blank" | "urn:gatehouse:problem:confirmation-required" | "urn:gatehouse:problem:second-factor-required";
            /** @description The registered phrase of the status. */
            readonly title: string;
            /** @description The status of the response. */
            readonly status: number;
            /** @description The error, in one sentence. */
            readonly detail: string;
        };
        readonly Problem400: components["schemas"]["Problem"] & {
            /** @constant */
            readonly type?: "about:blank";
            /** @constant */
            readonly status?: 400;
            /** @constant */
            readonly title?: "Bad Request";
        };
        readonly Problem401: components["schemas"]["Problem"] & {
            /** @constant */
            readonly type?: "about:blank";
            /** @constant */
            readonly status?: 401;
            /** @constant */
            readonly title?: "Unauthorized";
        };
        readonly Problem403: components["schemas"]["Problem"] & {
            /** @constant */
            readonly type?: "about:blank";
            /** @constant */
            readonly status?: 403;
            /** @constant */
            readonly title?: "Forbidden";
        };
        readonly Problem404: components["schemas"]["Problem"] & {
            /** @constant */
            readonly type?: "about:blank";
            /** @constant */
            readonly status?: 404;
            /** @constant */
            readonly title?: "Not Found";
        };
        readonly Problem409: components["schemas"]["Problem"] & {
            /** @constant */
            readonly type?: "about:blank";
            /** @constant */
            readonly status?: 409;
            /** @constant */
            readonly title?: "Conflict";
        };
        readonly Problem413: components["schemas"]["Problem"] & {
            /** @constant */
            readonly type?: "about:blank";
            /** @constant */
            readonly status?: 413;
            /** @constant */
            readonly title?: "Content Too Large";
        };
        readonly Problem415: components["schemas"]["Problem"] & {
            /** @constant */
            readonly type?: "about:blank";
            /** @constant */
            readonly status?: 415;
            /** @constant */
            readonly title?: "Unsupported Media Type";
        };
        readonly Problem417: components["schemas"]["Problem"] & {
            /** @constant */
            readonly type?: "about:blank";
            /** @constant */
            readonly status?: 417;
            /** @constant */
            readonly title?: "Expectation Failed";
        };
        readonly Problem422: components["schemas"]["Problem"] & {
            /** @constant */
            readonly type?: "about:blank";
            /** @constant */
            readonly status?: 422;
            /** @constant */
            readonly title?: "Unprocessable Content";
        };
        readonly Problem429: components["schemas"]["Problem"] & {
            /** @constant */
            readonly type?: "about:blank";
            /** @constant */
            readonly status?: 429;
            /** @constant */
            readonly title?: "Too Many Requests";
        };
        readonly Problem500: components["schemas"]["Problem"] & {
            /** @constant */
            readonly type?: "about:blank";
            /** @constant */
            readonly status?: 500;
            /** @constant */
            readonly title?: "Internal Server Error";
        };
        readonly Problem503: components["schemas"]["Problem"] & {
            /** @constant */
            readonly type?: "about:blank";
            /** @constant */
            readonly status?: 503;
            /** @constant */
            readonly title?: "Service Unavailable";
        };
        /** @description The password was not confirmed in this session in the last ten minutes. `POST /auth/confirm` confirms it. */
        readonly ConfirmationRequired: components["schemas"]["Problem"] & {
            /** @constant */
            readonly type?: "urn:gatehouse:problem:confirmation-required";
            /** @constant */
            readonly status?: 403;
            /** @constant */
            readonly title?: "Forbidden";
            /** @constant */
            readonly detail?: "Confirm the password first: POST /auth/confirm";
        };
        /** @description The password is right, and the account has a second factor. Send the request again with `code`. */
        readonly SecondFactorRequired: components["schemas"]["Problem"] & {
            /** @constant */
            readonly type?: "urn:gatehouse:problem:second-factor-required";
            /** @constant */
            readonly detail?: "Second factor required";
        };
        /**
         * @description The body cannot be read, or the request is malformed.
         * @enum {unknown}
         */
        readonly BodyMessage: "The body must be one JSON object in UTF-8" | "Malformed request";
        /** @description Why a new password is refused. The number is the lower bound that the operator has set. */
        readonly PasswordMessage: ("Password is too common" | "Password must differ from the name of the account" | "Password must be more than the name of this service or of the account with a few characters added" | "Password must be well-formed Unicode without U+0000" | "Password must have at most 256 characters and 1024 bytes of UTF-8") | `Password must have at least ${number} characters`;
        /**
         * @description Why a registration is not allowed.
         * @enum {unknown}
         */
        readonly RegistrationMessage: "Registration is closed" | "Registration needs an invitation: the field \"invite\" must hold the token of one for this name";
        /**
         * @description Why an authenticator app cannot be enrolled.
         * @enum {unknown}
         */
        readonly EnrolmentMessage: "This factor is enrolled already" | "No enrolment was begun here, or it is too old" | "Authenticator apps are off: the server has no key to encrypt their secrets with";
        /**
         * @description The request comes from a page of an origin that is not allowed.
         * @constant
         */
        readonly CrossSiteMessage: "Cross-site request refused. Add the Origin of the page to GATEHOUSE_ALLOWED_ORIGINS; for pages of this server, let the proxy pass on the Host header";
        /**
         * @description The media type or the encoding of the body is not supported.
         * @enum {unknown}
         */
        readonly MediaTypeMessage: "Content-Type must be application/json" | "Content-Encoding must be identity";
        /**
         * @description The server cannot hash a password now.
         * @enum {unknown}
         */
        readonly OverloadedMessage: "Too many logins at once, try again later" | "Temporarily unavailable, try again later";
        /**
         * @description The server cannot hash a password now, or it cannot check codes of the authenticator app: the key for their secrets is missing, or is another one. Recovery codes work nevertheless.
         * @enum {unknown}
         */
        readonly CodesMessage: "Too many logins at once, try again later" | "Temporarily unavailable, try again later" | "Codes of the authenticator app cannot be checked now, use a recovery code";
        /** @description Why a request of `envelope` is refused. */
        readonly EnvelopeError: {
            /** @description The id of the request, issued by the server. It equals the header `X-Request-Id`. */
            readonly request: components["schemas"]["Uuid"];
            /** @description The error, in one sentence. */
            readonly error: string;
        };
        /** @description A new session. */
        readonly EnvelopeLogin: {
            /** @description The id of the request, issued by the server. It equals the header `X-Request-Id`. */
            readonly request: components["schemas"]["Uuid"];
            /** @description The id of the user. */
            readonly user: components["schemas"]["UserId"];
            readonly session: components["schemas"]["SessionToken"];
            /**
             * @description A message for people.
             * @constant
             */
            readonly message: "Logged in";
        };
        /** @description An enrolment session, in place of a session. */
        readonly EnvelopeEnrolment: {
            /** @description The id of the request, issued by the server. It equals the header `X-Request-Id`. */
            readonly request: components["schemas"]["Uuid"];
            /** @description The id of the user. */
            readonly user: components["schemas"]["UserId"];
            readonly session: components["schemas"]["SessionToken"];
            /**
             * @description A message for people.
             * @constant
             */
            readonly message: "Logged in";
            readonly enrolment_required: components["schemas"]["EnrolmentRequired"];
        };
        /** @description A session that has ended. */
        readonly EnvelopeLogout: {
            /** @description The id of the request, issued by the server. It equals the header `X-Request-Id`. */
            readonly request: components["schemas"]["Uuid"];
            /**
             * @description A message for people.
             * @constant
             */
            readonly message: "Logged out";
        };
        /** @description A new session. */
        readonly RestSession: {
            /** @description The session id. It equals the value of the cookie. */
            readonly session_id: components["schemas"]["Uuid"];
        };
        /** @description An enrolment session, in place of a session. */
        readonly RestEnrolment: {
            /** @description The id of the enrolment session. It equals the value of the cookie. */
            readonly session_id: components["schemas"]["Uuid"];
            readonly enrolment_required: components["schemas"]["EnrolmentRequired"];
        };
        /** @description Why a request of `dotjson` is refused. */
        readonly DotjsonError: {
            /** @description The error, in one sentence. */
            readonly error: string;
        };
        /** @description A new account. `created` is the time at which the account was made. */
        readonly DotjsonAccount: {
            readonly username: components["schemas"]["Username"];
            readonly created: components["schemas"]["ZonedInstant"];
        };
        /** @description A new session. `created` is the time at which the session began. */
        readonly DotjsonSession: {
            readonly id: components["schemas"]["SessionToken"];
            /** @description The name as it was registered. It is a username, or the e-mail address of a `rest` account. */
            readonly username: string;
            readonly created: components["schemas"]["ZonedInstant"];
        };
        /** @description An enrolment session, in place of a session. `created` is the time at which it began. */
        readonly DotjsonEnrolment: {
            readonly id: components["schemas"]["SessionToken"];
            /** @description The name as it was registered. It is a username, or the e-mail address of a `rest` account. */
            readonly username: string;
            readonly created: components["schemas"]["ZonedInstant"];
            readonly enrolment_required: components["schemas"]["EnrolmentRequired"];
        };
        /** @description A session that has ended. */
        readonly DotjsonEnd: {
            /** @constant */
            readonly success: true;
        };
        /** @description The user and the session. */
        readonly SessionCheck: {
            /** @description The user, with the name it was registered with. */
            readonly user: {
                readonly id: components["schemas"]["UserId"];
                readonly username: components["schemas"]["AccountName"];
                readonly created_at: components["schemas"]["UtcInstant"];
            } | {
                readonly id: components["schemas"]["UserId"];
                readonly email: components["schemas"]["AccountAddress"];
                /** @description Whether the owner of the account proved that the address is theirs. While it is `false`, the address proves nothing: anyone can register it. It is `false` if an imported account has another address than the one that it is named by. */
                readonly email_verified: boolean;
                readonly created_at: components["schemas"]["UtcInstant"];
            };
            readonly session: {
                readonly handle: components["schemas"]["Handle"];
                readonly created_at: components["schemas"]["UtcInstant"];
                readonly last_seen_at: components["schemas"]["UtcInstant"];
                readonly idle_expires_at: components["schemas"]["UtcInstant"];
                readonly expires_at: components["schemas"]["UtcInstant"];
            };
        };
        /** @description A live session of the signed-in user. The session id is never shown. */
        readonly OwnSession: {
            readonly handle: components["schemas"]["Handle"];
            readonly created_at: components["schemas"]["UtcInstant"];
            readonly last_seen_at: components["schemas"]["UtcInstant"];
            readonly idle_expires_at: components["schemas"]["UtcInstant"];
            readonly expires_at: components["schemas"]["UtcInstant"];
            /**
             * @description The contract that made it, `pages` if it began on a page of the server, or `passkeys` if it began with a passkey over JSON.
             * @enum {unknown}
             */
            readonly contract: "envelope" | "rest" | "dotjson" | "pages" | "passkeys";
            readonly network: components["schemas"]["Network"];
            /** @description A readable name of the client that made it, such as `Firefox on Linux`. Empty if the client is unknown. */
            readonly device: string;
            /** @description Whether it is the session of the request. */
            readonly current: boolean;
        };
        /** @description A page of live sessions. */
        readonly OwnSessions: {
            readonly sessions: readonly components["schemas"]["OwnSession"][];
            /** @description The value of `before` for the next page. `null` on the last page. */
            readonly next: string | null;
        };
        /** @description The result of ending sessions. */
        readonly EndedSessions: {
            /** @description How many sessions ended. */
            readonly ended: number;
        };
        /** @description A session with its new id. */
        readonly RenewedSession: {
            readonly session_id: components["schemas"]["SessionId"];
        };
        /** @description The second factors of the signed-in user, and the browsers that they trust. Secrets are never shown. */
        readonly Factors: {
            /** @description Whether the operator requires a second factor. */
            readonly required: boolean;
            /** @description The authenticator app. `null` if there is none. */
            readonly totp: {
                readonly enrolled_at: components["schemas"]["UtcInstant"];
                /** @description Whether its codes are locked after 100 refused codes. A recovery code, a passkey or the operator unlocks them. */
                readonly locked: boolean;
            } | null;
            /** @description How many recovery codes can still be used. */
            readonly recovery_codes_left: number;
            /** @description The passkeys, the oldest first. */
            readonly passkeys: readonly components["schemas"]["Passkey"][];
            /** @description The browsers that are not asked for a code, the newest first. */
            readonly trusted_browsers: readonly {
                readonly handle: components["schemas"]["Handle"];
                readonly created_at: components["schemas"]["UtcInstant"];
                readonly expires_at: components["schemas"]["UtcInstant"];
                readonly network: components["schemas"]["Network"];
                /** @description A readable name of the browser, such as `Firefox on Linux`. Empty if it is unknown. */
                readonly device: string;
            }[];
        };
        /** @description The secret for an authenticator app, which a code of the app has to confirm. */
        readonly PendingTotp: {
            /** @description The secret in base32, for people who type it. */
            readonly secret: string;
            /** @description The address for authenticator apps, which the QR code holds. */
            readonly uri: string;
            /** @description The QR code, as a picture in SVG. */
            readonly qr_code: string;
            /** @description Until when a code can confirm it. */
            readonly expires_at: components["schemas"]["UtcInstant"];
        };
        /** @description A factor was added. The session continues under a new id, or has begun after an enrolment session. */
        readonly EnrolledFactor: {
            readonly session_id: components["schemas"]["SessionId"];
            readonly recovery_codes: components["schemas"]["RecoveryCodes"];
        };
        /** @description New recovery codes. */
        readonly RenewedCodes: {
            readonly recovery_codes: components["schemas"]["RecoveryCodes"];
        };
        /** @description An entry of the audit. */
        readonly AuditEntry: {
            /** @description The number of the entry. Later entries have larger numbers. */
            readonly seq: number;
            readonly at: components["schemas"]["UtcInstant"];
            /**
             * @description The action or the attempt.
             * @enum {unknown}
             */
            readonly event: "register" | "login" | "logout" | "confirm" | "password_change" | "password_forgot" | "password_reset" | "email_verify_request" | "email_verify" | "email_change_request" | "email_change" | "factor_add" | "factor_remove" | "recovery_codes" | "recovery_code_used" | "codes_locked" | "browser_trust" | "browser_distrust" | "passkey_rename" | "account_export" | "account_disable" | "account_enable" | "password_link" | "invite" | "invite_revoke" | "throttle_clear" | "import" | "hash_wrap";
            /** @description `ok`, the name of the refusal, or why a session ended. */
            readonly outcome: string;
            /** @description The contract or the group of routes of the request. */
            readonly contract: string;
            readonly network: components["schemas"]["Network"];
            /** @description The id of the request, as in `X-Request-Id` of its response. */
            readonly request_id: string;
            /** @description The session that began or ended. `null` if there is none. */
            readonly handle: components["schemas"]["Handle"] | null;
        };
        /** @description A page of the audit entries about the signed-in user. */
        readonly Activity: {
            readonly activity: readonly components["schemas"]["AuditEntry"][];
            /** @description The value of `before` for the next page. `null` if this page is empty. */
            readonly next: number | null;
        };
        /** @description All data about the signed-in user, without hashes of passwords, ids and devices, and without secrets. */
        readonly AccountExport: {
            /** @description The account. */
            readonly user: {
                readonly id: components["schemas"]["UserId"];
                /** @description The name it was registered with, here or in the system that it was imported from. */
                readonly identifier: string;
                readonly created_at: components["schemas"]["UtcInstant"];
                /** @description The e-mail address. `null` if there is none. */
                readonly email: components["schemas"]["EmailAddress"] | null;
                /** @description When the owner proved that the address is theirs. `null` if they did not. */
                readonly email_verified_at: components["schemas"]["UtcInstant"] | null;
            };
            /** @description The second factors. `null` if there are none. */
            readonly factors: components["schemas"]["Factors"] | null;
            readonly sessions: readonly components["schemas"]["OwnSession"][];
            readonly activity: readonly components["schemas"]["AuditEntry"][];
        };
        /** @description A passkey, as its owner sees it. */
        readonly Passkey: {
            readonly handle: components["schemas"]["Handle"];
            readonly name: components["schemas"]["PasskeyName"];
            readonly created_at: components["schemas"]["UtcInstant"];
            /** @description The last sign-in or confirmation, or null. */
            readonly last_used_at: components["schemas"]["UtcInstant"] | null;
            /** @description Whether it is synced between devices. */
            readonly synced: boolean;
        };
        /** @description The name that its owner gave the passkey. */
        readonly PasskeyName: string;
        /** @description A new passkey, the recovery codes that replace all earlier ones, and the new id of the session. */
        readonly NewPasskey: {
            readonly passkey: components["schemas"]["Passkey"];
            readonly recovery_codes: components["schemas"]["RecoveryCodes"];
            readonly session_id: components["schemas"]["SessionId"];
        };
        /** @description The server has accepted the request. */
        readonly Accepted: {
            readonly message: string;
        };
    };
    responses: {
        /** @description The request could not be read: it is malformed (400), too slow (408), or its headers are larger than 16 KiB (431). The server closes the connection. */
        readonly Unreadable: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    readonly type?: "about:blank";
                    /** @enum {unknown} */
                    readonly status?: 400 | 408 | 431;
                };
            };
        };
        /** @description The headers of the response to GET, and no body. */
        readonly HeadersOnly: {
            headers: {
                readonly [name: string]: unknown;
            };
            content?: never;
        };
        /** @description There is no live session in the request. */
        readonly HeadersOnlyNotAuthenticated: {
            headers: {
                readonly [name: string]: unknown;
            };
            content?: never;
        };
        /** @description The server cannot answer now. The state of the session is unknown. */
        readonly HeadersOnlyUnavailable: {
            headers: {
                readonly [name: string]: unknown;
            };
            content?: never;
        };
        /** @description The session is alive. The identity headers say whose it is. There is no body. */
        readonly ForwardSignedIn: {
            headers: {
                readonly [name: string]: unknown;
            };
            content?: never;
        };
        /** @description A browser opens a page and is not signed in. `Location` is the sign-in page. All identity headers are empty. */
        readonly ForwardToSignIn: {
            headers: {
                readonly [name: string]: unknown;
            };
            content?: never;
        };
        /** @description There is no live session in the request. All identity headers are empty. With `style=nginx`, `Location` is the sign-in page if a browser opens a page. */
        readonly ForwardNotAuthenticated: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem401"] & {
                    /** @constant */
                    readonly detail?: "Not authenticated";
                };
            };
        };
        /** @description There is no live session in the request. The headers are those of the response to GET. */
        readonly ForwardNotAuthenticatedHead: {
            headers: {
                readonly [name: string]: unknown;
            };
            content?: never;
        };
        /** @description The action is complete. */
        readonly Done: {
            headers: {
                readonly [name: string]: unknown;
            };
            content?: never;
        };
        /** @description A mail is queued. */
        readonly MailQueued: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/json": components["schemas"]["Accepted"];
            };
        };
        /** @description A session has begun. */
        readonly RestSessionBegun: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/json": components["schemas"]["RestSession"] | components["schemas"]["RestEnrolment"];
            };
        };
        /** @description A session has begun. */
        readonly RestLoggedIn: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/json": components["schemas"]["RestSession"] | components["schemas"]["RestEnrolment"];
            };
        };
        /** @description The session continues under a new id. */
        readonly SessionRenewed: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/json": components["schemas"]["RenewedSession"];
            };
        };
        /** @description The factor is enrolled. The session continues under a new id, or has begun after an enrolment session. */
        readonly FactorEnrolled: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/json": components["schemas"]["EnrolledFactor"];
            };
        };
        /** @description The action is complete, and the cookie is cleared. */
        readonly CookieCleared: {
            headers: {
                readonly [name: string]: unknown;
            };
            content?: never;
        };
        /** @description The session has ended. */
        readonly OwnSessionEnded: {
            headers: {
                readonly [name: string]: unknown;
            };
            content?: never;
        };
        /** @description The request has no `Host` header, or several. The server closes the connection. */
        readonly ProblemMalformed: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem400"] & {
                    /** @constant */
                    readonly detail?: "Malformed request";
                };
            };
        };
        /** @description There is no live session in the request. */
        readonly ProblemNotAuthenticated: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem401"] & {
                    /** @constant */
                    readonly detail?: "Not authenticated";
                };
            };
        };
        /** @description The request comes from a page of an origin that is not allowed. Nothing was done. */
        readonly ProblemForbidden: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem403"] & {
                    readonly detail?: components["schemas"]["CrossSiteMessage"];
                };
            };
        };
        /** @description The password was not confirmed in this session in the last ten minutes, which `type` says. Or the password is wrong, or the request comes from a page of an origin that is not allowed. Nothing was done. */
        readonly ProblemConfirmOrWrongPassword: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["ConfirmationRequired"] | (components["schemas"]["Problem403"] & {
                    readonly detail?: "Invalid password" | components["schemas"]["CrossSiteMessage"];
                });
            };
        };
        /** @description The password was not confirmed in this session in the last ten minutes, which `type` says. Or the request comes from a page of an origin that is not allowed. No session ended. */
        readonly ProblemConfirmToEnd: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["ConfirmationRequired"] | (components["schemas"]["Problem403"] & {
                    readonly detail?: components["schemas"]["CrossSiteMessage"];
                });
            };
        };
        /** @description The password was not confirmed in this session in the last ten minutes. */
        readonly ProblemConfirm: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["ConfirmationRequired"];
            };
        };
        /** @description The body is larger than 16 KiB. The server closes the connection. */
        readonly ProblemTooLarge: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem413"] & {
                    /** @constant */
                    readonly detail?: "The body is larger than 16 KiB";
                };
            };
        };
        /** @description The body is not declared as `application/json`, has another charset than UTF-8, or is compressed. */
        readonly ProblemUnsupportedType: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem415"] & {
                    readonly detail?: components["schemas"]["MediaTypeMessage"];
                };
            };
        };
        /** @description The server cannot meet the expectation of the header `Expect`. It closes the connection. */
        readonly ProblemUnmetExpectation: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem417"] & {
                    /** @constant */
                    readonly detail?: "The only expectation that can be met is 100-continue";
                };
            };
        };
        /** @description The new password is refused. `detail` says why. */
        readonly ProblemPassword: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem422"] & {
                    readonly detail?: components["schemas"]["PasswordMessage"];
                };
            };
        };
        /** @description There were too many attempts for this account or from this network. Live sessions are not affected. */
        readonly ProblemTooMany: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem429"] & {
                    /** @constant */
                    readonly detail?: "Too many attempts, try again later";
                };
            };
        };
        /** @description Too many passwords wait to be hashed, or the store cannot answer; or the code cannot be checked, because the key for the secrets of authenticator apps is missing. A recovery code works nevertheless. */
        readonly ProblemCodesUnavailable: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem503"] & {
                    readonly detail?: components["schemas"]["CodesMessage"];
                };
            };
        };
        /** @description The user has no such factor. */
        readonly ProblemNoFactor: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem404"] & {
                    /** @constant */
                    readonly detail?: "Factor not found";
                };
            };
        };
        /** @description The password, and the second factor if there is one, was not confirmed in this session in the last ten minutes, which `type` says. A confirmation from before the first factor does not count. Or the request comes from a page of an origin that is not allowed. Nothing was done. */
        readonly ProblemConfirmToChange: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["ConfirmationRequired"] | (components["schemas"]["Problem403"] & {
                    readonly detail?: components["schemas"]["CrossSiteMessage"];
                });
            };
        };
        /** @description The server has a defect. Its log says more. */
        readonly ProblemFailed: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem500"] & {
                    /** @constant */
                    readonly detail?: "Internal error";
                };
            };
        };
        /** @description The store cannot answer. The state of the session is unknown. */
        readonly ProblemUnavailable: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem503"] & {
                    /** @constant */
                    readonly detail?: "Temporarily unavailable, try again later";
                };
            };
        };
        /** @description Too many passwords wait to be hashed, or the store cannot answer. */
        readonly ProblemOverloaded: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem503"] & {
                    readonly detail?: components["schemas"]["OverloadedMessage"];
                };
            };
        };
        /** @description The passkey is accepted. The session continues under a new id. */
        readonly PasskeyConfirmed: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/json": components["schemas"]["RenewedSession"];
            };
        };
        /** @description The passkey is added. The session continues under a new id. */
        readonly PasskeyAdded: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/json": components["schemas"]["NewPasskey"];
            };
        };
        /** @description The options for the browser. After a password that is enough by itself, such as that of a trusted browser, the session that has begun. */
        readonly PasskeyOptions: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/json": ({
                    readonly challenge: string;
                    /** @constant */
                    readonly timeout: 300000;
                } & {
                    readonly [key: string]: unknown;
                }) | components["schemas"]["RestSession"] | components["schemas"]["RestEnrolment"];
            };
        };
        /** @description The passkey is accepted, and a session has begun. */
        readonly PasskeySignedIn: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/json": components["schemas"]["RestSession"];
            };
        };
        /** @description The passkey has its new name, without spaces around it. */
        readonly PasskeyRenamed: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/json": {
                    readonly name: components["schemas"]["PasskeyName"];
                };
            };
        };
        /** @description The answer is not one of this passkey to a challenge that this browser was given in the last five minutes. Or the request comes from a page of an origin that is not allowed. */
        readonly ProblemPasskeyRefused: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem403"] & {
                    readonly detail?: "The passkey was not accepted" | components["schemas"]["CrossSiteMessage"];
                };
            };
        };
        /** @description The session was not confirmed in the last ten minutes with what the user has, which `type` says. Or the answer is not one to a challenge that this browser was given in the last five minutes, or the request comes from a page of an origin that is not allowed. Nothing was added. */
        readonly ProblemConfirmOrPasskeyRefused: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["ConfirmationRequired"] | (components["schemas"]["Problem403"] & {
                    readonly detail?: "The passkey was not accepted" | components["schemas"]["CrossSiteMessage"];
                });
            };
        };
        /** @description Passkeys are off here, the user has 20 of them, or no sign-in waits for a second step in this browser. */
        readonly ProblemNoOptions: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem409"] & {
                    readonly detail?: "Passkeys are off: they need a host name in GATEHOUSE_PUBLIC_URL and @simplewebauthn/server" | "The account has as many passkeys as it may have" | "No sign-in waits for its second step here, or it is too old";
                };
            };
        };
        /** @description The passkey is registered already, the user has 20 of them, or passkeys are off here. */
        readonly ProblemPasskeyNotAdded: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem409"] & {
                    readonly detail?: "This factor is enrolled already" | "The account has as many passkeys as it may have" | "Passkeys are off: they need a host name in GATEHOUSE_PUBLIC_URL and @simplewebauthn/server";
                };
            };
        };
        /** @description No sign-in waits for its second step in this browser, or passkeys are off here. */
        readonly ProblemNoSecondStep: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem409"] & {
                    readonly detail?: "No sign-in waits for its second step here, or it is too old" | "Passkeys are off: they need a host name in GATEHOUSE_PUBLIC_URL and @simplewebauthn/server";
                };
            };
        };
        /** @description Passkeys are off here. */
        readonly ProblemPasskeysOff: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem409"] & {
                    /** @constant */
                    readonly detail?: "Passkeys are off: they need a host name in GATEHOUSE_PUBLIC_URL and @simplewebauthn/server";
                };
            };
        };
        /** @description The operator requires a second factor, and this is the only one of the user. */
        readonly ProblemLastFactor: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem409"] & {
                    /** @constant */
                    readonly detail?: "A second factor is required, and this is the only one";
                };
            };
        };
        /** @description The name is empty, too long, or has control characters. */
        readonly ProblemPasskeyName: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem422"] & {
                    /** @constant */
                    readonly detail?: "A name has 1 to 60 characters on one line";
                };
            };
        };
        /** @description The body is not one JSON object, or a field is missing or of another type. */
        readonly ProblemOptionsBody: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem400"] & {
                    readonly detail?: "The field \"for\" must be \"register\", \"login\", \"second_step\" or \"confirm\"" | "The field \"identifier\" must be a string" | "The field \"password\" must be a string" | components["schemas"]["BodyMessage"];
                };
            };
        };
        /** @description The body is not one JSON object, or a field is missing or of another type. */
        readonly ProblemNewPasskeyBody: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem400"] & {
                    readonly detail?: "The field \"response\" must be an object" | "The field \"name\" must be a string" | components["schemas"]["BodyMessage"];
                };
            };
        };
        /** @description The body is not one JSON object, or a field is missing or of another type. */
        readonly ProblemPasskeyLoginBody: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem400"] & {
                    readonly detail?: "The field \"response\" must be an object" | "The field \"trust_browser\" must be true or false" | components["schemas"]["BodyMessage"];
                };
            };
        };
        /** @description The body is not one JSON object, or a field is missing or of another type. */
        readonly ProblemResponseBody: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem400"] & {
                    readonly detail?: "The field \"response\" must be an object" | components["schemas"]["BodyMessage"];
                };
            };
        };
        /** @description The body is not one JSON object, or a field is missing or of another type. */
        readonly ProblemNameBody: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem400"] & {
                    readonly detail?: "The field \"name\" must be a string" | components["schemas"]["BodyMessage"];
                };
            };
        };
        /** @description The request comes from a page of an origin that is not allowed. Nothing was done. */
        readonly EnvelopeForbidden: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/json": components["schemas"]["EnvelopeError"] & {
                    readonly error?: components["schemas"]["CrossSiteMessage"];
                };
            };
        };
        /** @description The body is larger than 16 KiB. The server closes the connection. */
        readonly EnvelopeTooLarge: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/json": components["schemas"]["EnvelopeError"] & {
                    /** @constant */
                    readonly error?: "The body is larger than 16 KiB";
                };
            };
        };
        /** @description The body is not declared as `application/json`, has another charset than UTF-8, or is compressed. */
        readonly EnvelopeUnsupportedType: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/json": components["schemas"]["EnvelopeError"] & {
                    readonly error?: components["schemas"]["MediaTypeMessage"];
                };
            };
        };
        /** @description The server cannot meet the expectation of the header `Expect`. It closes the connection. */
        readonly EnvelopeUnmetExpectation: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/json": components["schemas"]["EnvelopeError"] & {
                    /** @constant */
                    readonly error?: "The only expectation that can be met is 100-continue";
                };
            };
        };
        /** @description There were too many attempts for this account or from this network. Live sessions are not affected. */
        readonly EnvelopeTooMany: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/json": components["schemas"]["EnvelopeError"] & {
                    /** @constant */
                    readonly error?: "Too many attempts, try again later";
                };
            };
        };
        /** @description The server has a defect. Its log says more. */
        readonly EnvelopeFailed: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/json": components["schemas"]["EnvelopeError"] & {
                    /** @constant */
                    readonly error?: "Internal error";
                };
            };
        };
        /** @description The store cannot answer. The state of the session is unknown. */
        readonly EnvelopeUnavailable: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/json": components["schemas"]["EnvelopeError"] & {
                    /** @constant */
                    readonly error?: "Temporarily unavailable, try again later";
                };
            };
        };
        /** @description Too many passwords wait to be hashed, or the store cannot answer; or the code cannot be checked, because the key for the secrets of authenticator apps is missing. A recovery code works nevertheless. */
        readonly EnvelopeCodesUnavailable: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/json": components["schemas"]["EnvelopeError"] & {
                    readonly error?: components["schemas"]["CodesMessage"];
                };
            };
        };
        /** @description The request comes from a page of an origin that is not allowed. Nothing was done. */
        readonly DotjsonForbidden: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/json": components["schemas"]["DotjsonError"] & {
                    readonly error?: components["schemas"]["CrossSiteMessage"];
                };
            };
        };
        /** @description The body is larger than 16 KiB. The server closes the connection. */
        readonly DotjsonTooLarge: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/json": components["schemas"]["DotjsonError"] & {
                    /** @constant */
                    readonly error?: "The body is larger than 16 KiB";
                };
            };
        };
        /** @description The body is not declared as `application/json`, has another charset than UTF-8, or is compressed. */
        readonly DotjsonUnsupportedType: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/json": components["schemas"]["DotjsonError"] & {
                    readonly error?: components["schemas"]["MediaTypeMessage"];
                };
            };
        };
        /** @description The server cannot meet the expectation of the header `Expect`. It closes the connection. */
        readonly DotjsonUnmetExpectation: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/json": components["schemas"]["DotjsonError"] & {
                    /** @constant */
                    readonly error?: "The only expectation that can be met is 100-continue";
                };
            };
        };
        /** @description There were too many attempts for this account or from this network. Live sessions are not affected. */
        readonly DotjsonTooMany: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/json": components["schemas"]["DotjsonError"] & {
                    /** @constant */
                    readonly error?: "Too many attempts, try again later";
                };
            };
        };
        /** @description The server has a defect. Its log says more. */
        readonly DotjsonFailed: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/json": components["schemas"]["DotjsonError"] & {
                    /** @constant */
                    readonly error?: "Internal error";
                };
            };
        };
        /** @description The store cannot answer. The state of the session is unknown. */
        readonly DotjsonUnavailable: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/json": components["schemas"]["DotjsonError"] & {
                    /** @constant */
                    readonly error?: "Temporarily unavailable, try again later";
                };
            };
        };
        /** @description Too many passwords wait to be hashed, or the store cannot answer. */
        readonly DotjsonOverloaded: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/json": components["schemas"]["DotjsonError"] & {
                    readonly error?: components["schemas"]["OverloadedMessage"];
                };
            };
        };
        /** @description Too many passwords wait to be hashed, or the store cannot answer; or the code cannot be checked, because the key for the secrets of authenticator apps is missing. A recovery code works nevertheless. */
        readonly DotjsonCodesUnavailable: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/json": components["schemas"]["DotjsonError"] & {
                    readonly error?: components["schemas"]["CodesMessage"];
                };
            };
        };
    };
    parameters: {
        /** @description How a browser that opens a page without a session is sent to sign in. Without it the answer is 401. */
        readonly ForwardStyle: "redirect" | "nginx";
        /** @description Returns only entries with a smaller number. Use `next` of the page before. Any other query is refused. */
        readonly ActivityBefore: number;
        /** @description Returns only sessions after this place in the list. Use `next` of the page before. Any other query is refused. */
        readonly SessionsBefore: string;
        /** @description The handle of the trusted browser. Text that cannot be a handle is answered with 404. */
        readonly BrowserHandle: string;
        /** @description With `true`, the session of the request ends too. Any other query is refused, and no session ends. */
        readonly EndAll: "true";
        /** @description The handle of the session. Text that cannot be a handle is answered with 404. */
        readonly Handle: string;
        /** @description The handle of the passkey. Text that cannot be a handle is answered with 404. */
        readonly PasskeyHandle: string;
    };
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export interface operations {
    readonly envelopeLogin: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description One JSON object. Other fields are ignored, `request` too. */
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly username: components["schemas"]["Identifier"];
                    readonly password: components["schemas"]["Password"];
                    readonly code?: components["schemas"]["Code"];
                    readonly trust_browser?: components["schemas"]["TrustBrowser"];
                };
            };
        };
        readonly responses: {
            /** @description A session has begun. If refusals are shown as 200, the body can also be a refusal. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["EnvelopeLogin"] | components["schemas"]["EnvelopeEnrolment"] | components["schemas"]["EnvelopeError"];
                };
            };
            /** @description The body is not one JSON object, or a field is missing or of another type. */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["EnvelopeError"] & {
                        readonly error?: ("The field \"username\" must be a string" | "The field \"password\" must be a string" | "The field \"code\" must be a string" | "The field \"trust_browser\" must be true or false") | components["schemas"]["BodyMessage"];
                    };
                };
            };
            /** @description There is no account with this name and this password. Or the password is right, and the second factor is missing or wrong. There is no session. */
            readonly 401: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["EnvelopeError"] & {
                        /** @enum {unknown} */
                        readonly error?: "Invalid username or password" | "Second factor required" | "Invalid code";
                    };
                };
            };
            readonly 403: components["responses"]["EnvelopeForbidden"];
            readonly 413: components["responses"]["EnvelopeTooLarge"];
            readonly 415: components["responses"]["EnvelopeUnsupportedType"];
            readonly 417: components["responses"]["EnvelopeUnmetExpectation"];
            readonly 429: components["responses"]["EnvelopeTooMany"];
            /** @description The password is right, but the user record is missing; or the server has a defect. */
            readonly 500: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["EnvelopeError"] & {
                        /** @enum {unknown} */
                        readonly error?: "User record missing in database" | "Internal error";
                    };
                };
            };
            readonly 503: components["responses"]["EnvelopeCodesUnavailable"];
            readonly "4XX": components["responses"]["Unreadable"];
        };
    };
    readonly envelopeLogout: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description One JSON object. Other fields are ignored. */
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly session: components["schemas"]["SessionId"];
                };
            };
        };
        readonly responses: {
            /** @description The session has ended. If refusals are shown as 200, the body can also be a refusal. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["EnvelopeLogout"] | components["schemas"]["EnvelopeError"];
                };
            };
            /** @description The body is not one JSON object, or `session` is missing or not a string. */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["EnvelopeError"] & {
                        readonly error?: "The field \"session\" must be a string" | components["schemas"]["BodyMessage"];
                    };
                };
            };
            readonly 403: components["responses"]["EnvelopeForbidden"];
            /** @description No live session has this id. It never existed, has expired, or has already ended. */
            readonly 404: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["EnvelopeError"] & {
                        /** @constant */
                        readonly error?: "Session not found";
                    };
                };
            };
            readonly 413: components["responses"]["EnvelopeTooLarge"];
            readonly 415: components["responses"]["EnvelopeUnsupportedType"];
            readonly 417: components["responses"]["EnvelopeUnmetExpectation"];
            readonly 500: components["responses"]["EnvelopeFailed"];
            readonly 503: components["responses"]["EnvelopeUnavailable"];
            readonly "4XX": components["responses"]["Unreadable"];
        };
    };
    readonly restRegister: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description One JSON object. Other fields are ignored. */
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @description One ASCII address. Its case is kept, and ignored in comparisons. A quoted local part is refused. */
                    readonly email: components["schemas"]["EmailAddress"];
                    readonly password: components["schemas"]["NewPassword"];
                    readonly invite?: components["schemas"]["Invitation"];
                };
            };
        };
        readonly responses: {
            /** @description The account exists and its first session has begun. */
            readonly 201: components["responses"]["RestSessionBegun"];
            /** @description The body is not one JSON object, or a field is missing or not a string. */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["Problem400"] & {
                        readonly detail?: ("The field \"email\" must be a string" | "The field \"password\" must be a string" | "The field \"invite\" must be a string") | components["schemas"]["BodyMessage"];
                    };
                };
            };
            /** @description Registration is closed; or it needs an invitation, and the token is not valid for this name; or the request comes from a page of an origin that is not allowed. No account was made. */
            readonly 403: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["Problem403"] & {
                        readonly detail?: components["schemas"]["RegistrationMessage"] | components["schemas"]["CrossSiteMessage"];
                    };
                };
            };
            /** @description An account with this address exists, compared without regard to case. */
            readonly 409: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["Problem409"] & {
                        /** @constant */
                        readonly detail?: "Email already registered";
                    };
                };
            };
            readonly 413: components["responses"]["ProblemTooLarge"];
            readonly 415: components["responses"]["ProblemUnsupportedType"];
            readonly 417: components["responses"]["ProblemUnmetExpectation"];
            /** @description The address or the new password is refused. `detail` says why. */
            readonly 422: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["Problem422"] & {
                        readonly detail?: "Invalid email" | components["schemas"]["PasswordMessage"];
                    };
                };
            };
            readonly 429: components["responses"]["ProblemTooMany"];
            readonly 500: components["responses"]["ProblemFailed"];
            readonly 503: components["responses"]["ProblemOverloaded"];
            readonly "4XX": components["responses"]["Unreadable"];
        };
    };
    readonly restLogin: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description One JSON object. Other fields are ignored. */
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly email: components["schemas"]["Identifier"];
                    readonly password: components["schemas"]["Password"];
                    readonly code?: components["schemas"]["Code"];
                    readonly trust_browser?: components["schemas"]["TrustBrowser"];
                };
            };
        };
        readonly responses: {
            readonly 200: components["responses"]["RestLoggedIn"];
            /** @description The body is not one JSON object, or a field is missing or of another type. */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["Problem400"] & {
                        readonly detail?: ("The field \"email\" must be a string" | "The field \"password\" must be a string" | "The field \"code\" must be a string" | "The field \"trust_browser\" must be true or false") | components["schemas"]["BodyMessage"];
                    };
                };
            };
            /** @description There is no account with this address and this password. Or the password is right, and the second factor is missing, which `type` says, or wrong. There is no session. */
            readonly 401: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": (components["schemas"]["SecondFactorRequired"] & {
                        /** @constant */
                        readonly status?: 401;
                        /** @constant */
                        readonly title?: "Unauthorized";
                    }) | (components["schemas"]["Problem401"] & {
                        /** @enum {unknown} */
                        readonly detail?: "Invalid email or password" | "Invalid code";
                    });
                };
            };
            readonly 403: components["responses"]["ProblemForbidden"];
            readonly 413: components["responses"]["ProblemTooLarge"];
            readonly 415: components["responses"]["ProblemUnsupportedType"];
            readonly 417: components["responses"]["ProblemUnmetExpectation"];
            readonly 429: components["responses"]["ProblemTooMany"];
            /** @description The password is right, but the user record is missing; or the server has a defect. */
            readonly 500: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["Problem500"] & {
                        /** @enum {unknown} */
                        readonly detail?: "User record missing in database" | "Internal error";
                    };
                };
            };
            readonly 503: components["responses"]["ProblemCodesUnavailable"];
            readonly "4XX": components["responses"]["Unreadable"];
        };
    };
    readonly restLogout: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description No session in the request is alive any more. */
            readonly 204: components["responses"]["CookieCleared"];
            /** @description There are more than eight session ids, or the request is malformed. */
            readonly 400: components["responses"]["ProblemMalformed"];
            readonly 403: components["responses"]["ProblemForbidden"];
            readonly 413: components["responses"]["ProblemTooLarge"];
            readonly 417: components["responses"]["ProblemUnmetExpectation"];
            /** @description The server has a defect. Its log says more. The cookie is cleared in any case. */
            readonly 500: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["Problem500"] & {
                        /** @constant */
                        readonly detail?: "Internal error";
                    };
                };
            };
            /** @description The store could not end the session, and it may still be alive. The cookie is cleared in any case. To try again, send the session id in the header. */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["Problem503"] & {
                        /** @constant */
                        readonly detail?: "Temporarily unavailable, try again later";
                    };
                };
            };
            readonly "4XX": components["responses"]["Unreadable"];
        };
    };
    readonly dotjsonRegister: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description One JSON object. Other fields are ignored. */
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly username: components["schemas"]["Username"];
                    readonly password: components["schemas"]["NewPassword"];
                    readonly invite?: components["schemas"]["Invitation"];
                };
            };
        };
        readonly responses: {
            /** @description The account exists. If refusals are shown as 200, the body can also be a refusal. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DotjsonAccount"] | components["schemas"]["DotjsonError"];
                };
            };
            /** @description The body is not one JSON object, a field is missing or not a string, or the username or the new password is refused. */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DotjsonError"] & {
                        readonly error?: ("Invalid username" | "The field \"username\" must be a string" | "The field \"password\" must be a string" | "The field \"invite\" must be a string") | components["schemas"]["PasswordMessage"] | components["schemas"]["BodyMessage"];
                    };
                };
            };
            /** @description Registration is closed; or it needs an invitation, and the token is not valid for this name; or the request comes from a page of an origin that is not allowed. No account was made. */
            readonly 403: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DotjsonError"] & {
                        readonly error?: components["schemas"]["RegistrationMessage"] | components["schemas"]["CrossSiteMessage"];
                    };
                };
            };
            /** @description An account with this name exists, compared without regard to case. */
            readonly 409: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DotjsonError"] & {
                        /** @constant */
                        readonly error?: "User already exists";
                    };
                };
            };
            readonly 413: components["responses"]["DotjsonTooLarge"];
            readonly 415: components["responses"]["DotjsonUnsupportedType"];
            readonly 417: components["responses"]["DotjsonUnmetExpectation"];
            readonly 429: components["responses"]["DotjsonTooMany"];
            readonly 500: components["responses"]["DotjsonFailed"];
            readonly 503: components["responses"]["DotjsonOverloaded"];
            readonly "4XX": components["responses"]["Unreadable"];
        };
    };
    readonly dotjsonLogin: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description One JSON object. Other fields are ignored. */
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly username: components["schemas"]["Identifier"];
                    readonly password: components["schemas"]["Password"];
                    readonly code?: components["schemas"]["Code"];
                    readonly trust_browser?: components["schemas"]["TrustBrowser"];
                };
            };
        };
        readonly responses: {
            /** @description A session has begun. If refusals are shown as 200, the body can also be a refusal. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DotjsonSession"] | components["schemas"]["DotjsonEnrolment"] | components["schemas"]["DotjsonError"];
                };
            };
            /** @description The body is not one JSON object, or a field is missing or of another type. */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DotjsonError"] & {
                        readonly error?: ("The field \"username\" must be a string" | "The field \"password\" must be a string" | "The field \"code\" must be a string" | "The field \"trust_browser\" must be true or false") | components["schemas"]["BodyMessage"];
                    };
                };
            };
            /** @description There is no account with this name, or the password is wrong. Or the password is right, and the second factor is missing or wrong. There is no session. */
            readonly 401: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DotjsonError"] & {
                        /** @enum {unknown} */
                        readonly error?: "Invalid password" | "User does not exist" | "Second factor required" | "Invalid code";
                    };
                };
            };
            readonly 403: components["responses"]["DotjsonForbidden"];
            readonly 413: components["responses"]["DotjsonTooLarge"];
            readonly 415: components["responses"]["DotjsonUnsupportedType"];
            readonly 417: components["responses"]["DotjsonUnmetExpectation"];
            readonly 429: components["responses"]["DotjsonTooMany"];
            /** @description The password is right, but the user record is missing; or the server has a defect. */
            readonly 500: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DotjsonError"] & {
                        /** @enum {unknown} */
                        readonly error?: "User record missing in database" | "Internal error";
                    };
                };
            };
            readonly 503: components["responses"]["DotjsonCodesUnavailable"];
            readonly "4XX": components["responses"]["Unreadable"];
        };
    };
    readonly dotjsonLogout: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description Not needed, and ignored. */
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": Record<string, never>;
            };
        };
        readonly responses: {
            /** @description The session has ended. If refusals are shown as 200, the body can also be a refusal. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DotjsonEnd"] | components["schemas"]["DotjsonError"];
                };
            };
            /** @description The request has no `Host` header, or several. The server closes the connection. */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DotjsonError"] & {
                        /** @constant */
                        readonly error?: "Malformed request";
                    };
                };
            };
            /** @description There is no live session in the request. */
            readonly 401: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DotjsonError"] & {
                        /** @constant */
                        readonly error?: "No session";
                    };
                };
            };
            readonly 403: components["responses"]["DotjsonForbidden"];
            readonly 413: components["responses"]["DotjsonTooLarge"];
            readonly 417: components["responses"]["DotjsonUnmetExpectation"];
            readonly 500: components["responses"]["DotjsonFailed"];
            readonly 503: components["responses"]["DotjsonUnavailable"];
            readonly "4XX": components["responses"]["Unreadable"];
        };
    };
    readonly checkSession: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The session is alive. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["SessionCheck"];
                };
            };
            readonly 401: components["responses"]["ProblemNotAuthenticated"];
            readonly 417: components["responses"]["ProblemUnmetExpectation"];
            readonly 500: components["responses"]["ProblemFailed"];
            readonly 503: components["responses"]["ProblemUnavailable"];
            readonly "4XX": components["responses"]["Unreadable"];
        };
    };
    readonly forwardAuth: {
        readonly parameters: {
            readonly query?: {
                /** @description How a browser that opens a page without a session is sent to sign in. Without it the answer is 401. */
                readonly style?: components["parameters"]["ForwardStyle"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: components["responses"]["ForwardSignedIn"];
            readonly 302: components["responses"]["ForwardToSignIn"];
            readonly 401: components["responses"]["ForwardNotAuthenticated"];
            readonly 417: components["responses"]["ProblemUnmetExpectation"];
            readonly 500: components["responses"]["ProblemFailed"];
            readonly 503: components["responses"]["ProblemUnavailable"];
            readonly "4XX": components["responses"]["Unreadable"];
        };
    };
    readonly forwardAuthPut: {
        readonly parameters: {
            readonly query?: {
                /** @description How a browser that opens a page without a session is sent to sign in. Without it the answer is 401. */
                readonly style?: components["parameters"]["ForwardStyle"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: components["responses"]["ForwardSignedIn"];
            readonly 302: components["responses"]["ForwardToSignIn"];
            readonly 401: components["responses"]["ForwardNotAuthenticated"];
            readonly 417: components["responses"]["ProblemUnmetExpectation"];
            readonly 500: components["responses"]["ProblemFailed"];
            readonly 503: components["responses"]["ProblemUnavailable"];
            readonly "4XX": components["responses"]["Unreadable"];
        };
    };
    readonly forwardAuthPost: {
        readonly parameters: {
            readonly query?: {
                /** @description How a browser that opens a page without a session is sent to sign in. Without it the answer is 401. */
                readonly style?: components["parameters"]["ForwardStyle"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: components["responses"]["ForwardSignedIn"];
            readonly 302: components["responses"]["ForwardToSignIn"];
            readonly 401: components["responses"]["ForwardNotAuthenticated"];
            readonly 417: components["responses"]["ProblemUnmetExpectation"];
            readonly 500: components["responses"]["ProblemFailed"];
            readonly 503: components["responses"]["ProblemUnavailable"];
            readonly "4XX": components["responses"]["Unreadable"];
        };
    };
    readonly forwardAuthDelete: {
        readonly parameters: {
            readonly query?: {
                /** @description How a browser that opens a page without a session is sent to sign in. Without it the answer is 401. */
                readonly style?: components["parameters"]["ForwardStyle"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: components["responses"]["ForwardSignedIn"];
            readonly 302: components["responses"]["ForwardToSignIn"];
            readonly 401: components["responses"]["ForwardNotAuthenticated"];
            readonly 417: components["responses"]["ProblemUnmetExpectation"];
            readonly 500: components["responses"]["ProblemFailed"];
            readonly 503: components["responses"]["ProblemUnavailable"];
            readonly "4XX": components["responses"]["Unreadable"];
        };
    };
    readonly forwardAuthOptions: {
        readonly parameters: {
            readonly query?: {
                /** @description How a browser that opens a page without a session is sent to sign in. Without it the answer is 401. */
                readonly style?: components["parameters"]["ForwardStyle"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: components["responses"]["ForwardSignedIn"];
            readonly 302: components["responses"]["ForwardToSignIn"];
            readonly 401: components["responses"]["ForwardNotAuthenticated"];
            readonly 417: components["responses"]["ProblemUnmetExpectation"];
            readonly 500: components["responses"]["ProblemFailed"];
            readonly 503: components["responses"]["ProblemUnavailable"];
            readonly "4XX": components["responses"]["Unreadable"];
        };
    };
    readonly forwardAuthPatch: {
        readonly parameters: {
            readonly query?: {
                /** @description How a browser that opens a page without a session is sent to sign in. Without it the answer is 401. */
                readonly style?: components["parameters"]["ForwardStyle"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: components["responses"]["ForwardSignedIn"];
            readonly 302: components["responses"]["ForwardToSignIn"];
            readonly 401: components["responses"]["ForwardNotAuthenticated"];
            readonly 417: components["responses"]["ProblemUnmetExpectation"];
            readonly 500: components["responses"]["ProblemFailed"];
            readonly 503: components["responses"]["ProblemUnavailable"];
            readonly "4XX": components["responses"]["Unreadable"];
        };
    };
    readonly listOwnSessions: {
        readonly parameters: {
            readonly query?: {
                /** @description Returns only sessions after this place in the list. Use `next` of the page before. Any other query is refused. */
                readonly before?: components["parameters"]["SessionsBefore"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description A page. It can have fewer than a hundred sessions. On the last page, `next` is `null`. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["OwnSessions"];
                };
            };
            /** @description The query is not known, or the request is malformed. */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["Problem400"] & {
                        /** @enum {unknown} */
                        readonly detail?: "The only query this path knows is ?before=NEXT" | "Malformed request";
                    };
                };
            };
            readonly 401: components["responses"]["ProblemNotAuthenticated"];
            readonly 417: components["responses"]["ProblemUnmetExpectation"];
            readonly 500: components["responses"]["ProblemFailed"];
            readonly 503: components["responses"]["ProblemUnavailable"];
            readonly "4XX": components["responses"]["Unreadable"];
        };
    };
    readonly endOwnSessions: {
        readonly parameters: {
            readonly query?: {
                /** @description With `true`, the session of the request ends too. Any other query is refused, and no session ends. */
                readonly all?: components["parameters"]["EndAll"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The sessions have ended. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["EndedSessions"];
                };
            };
            /** @description The query is not known, or the request is malformed. No session ended. */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["Problem400"] & {
                        /** @enum {unknown} */
                        readonly detail?: "The only query this path knows is ?all=true" | "Malformed request";
                    };
                };
            };
            readonly 401: components["responses"]["ProblemNotAuthenticated"];
            readonly 403: components["responses"]["ProblemConfirmToEnd"];
            readonly 413: components["responses"]["ProblemTooLarge"];
            readonly 417: components["responses"]["ProblemUnmetExpectation"];
            readonly 500: components["responses"]["ProblemFailed"];
            readonly 503: components["responses"]["ProblemUnavailable"];
            readonly "4XX": components["responses"]["Unreadable"];
        };
    };
    readonly endOwnSession: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description The handle of the session. Text that cannot be a handle is answered with 404. */
                readonly handle: components["parameters"]["Handle"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 204: components["responses"]["OwnSessionEnded"];
            readonly 400: components["responses"]["ProblemMalformed"];
            readonly 401: components["responses"]["ProblemNotAuthenticated"];
            readonly 403: components["responses"]["ProblemConfirmToEnd"];
            /** @description The user has no live session with this handle. */
            readonly 404: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["Problem404"] & {
                        /** @constant */
                        readonly detail?: "Session not found";
                    };
                };
            };
            readonly 413: components["responses"]["ProblemTooLarge"];
            readonly 417: components["responses"]["ProblemUnmetExpectation"];
            readonly 500: components["responses"]["ProblemFailed"];
            readonly 503: components["responses"]["ProblemUnavailable"];
            readonly "4XX": components["responses"]["Unreadable"];
        };
    };
    readonly confirmPassword: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description One JSON object. Other fields are ignored. */
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly password: components["schemas"]["Password"];
                    readonly code?: components["schemas"]["Code"];
                };
            };
        };
        readonly responses: {
            /** @description The password is proven. The session continues under a new id. */
            readonly 200: components["responses"]["SessionRenewed"];
            /** @description The body is not one JSON object, or a field is missing or not a string. */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["Problem400"] & {
                        readonly detail?: ("The field \"password\" must be a string" | "The field \"code\" must be a string") | components["schemas"]["BodyMessage"];
                    };
                };
            };
            readonly 401: components["responses"]["ProblemNotAuthenticated"];
            /** @description The second factor is missing, which `type` says. Or the password or the code is wrong, or the request comes from a page of an origin that is not allowed. The session stays alive. */
            readonly 403: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": (components["schemas"]["SecondFactorRequired"] & {
                        /** @constant */
                        readonly status?: 403;
                        /** @constant */
                        readonly title?: "Forbidden";
                    }) | (components["schemas"]["Problem403"] & {
                        readonly detail?: ("Invalid password" | "Invalid code" | "Codes of the authenticator app are locked, use a recovery code or a passkey") | components["schemas"]["CrossSiteMessage"];
                    });
                };
            };
            readonly 413: components["responses"]["ProblemTooLarge"];
            readonly 415: components["responses"]["ProblemUnsupportedType"];
            readonly 417: components["responses"]["ProblemUnmetExpectation"];
            readonly 429: components["responses"]["ProblemTooMany"];
            readonly 500: components["responses"]["ProblemFailed"];
            readonly 503: components["responses"]["ProblemCodesUnavailable"];
            readonly "4XX": components["responses"]["Unreadable"];
        };
    };
    readonly changePassword: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description One JSON object. Other fields are ignored. */
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly current_password: components["schemas"]["Password"];
                    readonly new_password: components["schemas"]["NewPassword"];
                };
            };
        };
        readonly responses: {
            /** @description The password is changed. The session continues under a new id. */
            readonly 200: components["responses"]["SessionRenewed"];
            /** @description The body is not one JSON object, or a field is missing or not a string. */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["Problem400"] & {
                        readonly detail?: ("The field \"current_password\" must be a string" | "The field \"new_password\" must be a string") | components["schemas"]["BodyMessage"];
                    };
                };
            };
            readonly 401: components["responses"]["ProblemNotAuthenticated"];
            readonly 403: components["responses"]["ProblemConfirmOrWrongPassword"];
            readonly 413: components["responses"]["ProblemTooLarge"];
            readonly 415: components["responses"]["ProblemUnsupportedType"];
            readonly 417: components["responses"]["ProblemUnmetExpectation"];
            readonly 422: components["responses"]["ProblemPassword"];
            readonly 429: components["responses"]["ProblemTooMany"];
            readonly 500: components["responses"]["ProblemFailed"];
            readonly 503: components["responses"]["ProblemOverloaded"];
            readonly "4XX": components["responses"]["Unreadable"];
        };
    };
    readonly deleteAccount: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description One JSON object. Other fields are ignored. */
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly password: components["schemas"]["Password"];
                };
            };
        };
        readonly responses: {
            /** @description The account is gone. */
            readonly 204: components["responses"]["CookieCleared"];
            /** @description The body is not one JSON object, or a field is missing or not a string. */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["Problem400"] & {
                        readonly detail?: "The field \"password\" must be a string" | components["schemas"]["BodyMessage"];
                    };
                };
            };
            readonly 401: components["responses"]["ProblemNotAuthenticated"];
            readonly 403: components["responses"]["ProblemConfirmOrWrongPassword"];
            readonly 413: components["responses"]["ProblemTooLarge"];
            readonly 415: components["responses"]["ProblemUnsupportedType"];
            readonly 417: components["responses"]["ProblemUnmetExpectation"];
            readonly 429: components["responses"]["ProblemTooMany"];
            readonly 500: components["responses"]["ProblemFailed"];
            readonly 503: components["responses"]["ProblemOverloaded"];
            readonly "4XX": components["responses"]["Unreadable"];
        };
    };
    readonly exportAccount: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The export. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AccountExport"];
                };
            };
            readonly 401: components["responses"]["ProblemNotAuthenticated"];
            readonly 403: components["responses"]["ProblemConfirm"];
            readonly 417: components["responses"]["ProblemUnmetExpectation"];
            readonly 500: components["responses"]["ProblemFailed"];
            /** @description Four exports are running, or one of this user; or the store cannot answer. */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["Problem503"] & {
                        /** @enum {unknown} */
                        readonly detail?: "Too many exports at once, try again later" | "Temporarily unavailable, try again later";
                    };
                };
            };
            readonly "4XX": components["responses"]["Unreadable"];
        };
    };
    readonly readActivity: {
        readonly parameters: {
            readonly query?: {
                /** @description Returns only entries with a smaller number. Use `next` of the page before. Any other query is refused. */
                readonly before?: components["parameters"]["ActivityBefore"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description A page. The last one is empty, and its `next` is `null`. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Activity"];
                };
            };
            /** @description The query is not known, or the request is malformed. */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["Problem400"] & {
                        /** @enum {unknown} */
                        readonly detail?: "The only query this path knows is ?before=SEQUENCE-NUMBER" | "Malformed request";
                    };
                };
            };
            readonly 401: components["responses"]["ProblemNotAuthenticated"];
            readonly 417: components["responses"]["ProblemUnmetExpectation"];
            readonly 500: components["responses"]["ProblemFailed"];
            readonly 503: components["responses"]["ProblemUnavailable"];
            readonly "4XX": components["responses"]["Unreadable"];
        };
    };
    readonly listOwnFactors: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The factors. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Factors"];
                };
            };
            readonly 401: components["responses"]["ProblemNotAuthenticated"];
            readonly 417: components["responses"]["ProblemUnmetExpectation"];
            readonly 500: components["responses"]["ProblemFailed"];
            readonly 503: components["responses"]["ProblemUnavailable"];
            readonly "4XX": components["responses"]["Unreadable"];
        };
    };
    readonly beginTotp: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The secret. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PendingTotp"];
                };
            };
            readonly 400: components["responses"]["ProblemMalformed"];
            readonly 401: components["responses"]["ProblemNotAuthenticated"];
            readonly 403: components["responses"]["ProblemConfirmToChange"];
            /** @description This factor is enrolled already. Or apps are off, because the server has no key to encrypt secrets with. Or another request of this session began an enrolment at the same time. */
            readonly 409: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["Problem409"] & {
                        readonly detail?: components["schemas"]["EnrolmentMessage"];
                    };
                };
            };
            readonly 413: components["responses"]["ProblemTooLarge"];
            readonly 417: components["responses"]["ProblemUnmetExpectation"];
            readonly 500: components["responses"]["ProblemFailed"];
            readonly 503: components["responses"]["ProblemUnavailable"];
            readonly "4XX": components["responses"]["Unreadable"];
        };
    };
    readonly removeTotp: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 204: components["responses"]["Done"];
            readonly 400: components["responses"]["ProblemMalformed"];
            readonly 401: components["responses"]["ProblemNotAuthenticated"];
            readonly 403: components["responses"]["ProblemConfirmToChange"];
            readonly 404: components["responses"]["ProblemNoFactor"];
            readonly 409: components["responses"]["ProblemLastFactor"];
            readonly 413: components["responses"]["ProblemTooLarge"];
            readonly 417: components["responses"]["ProblemUnmetExpectation"];
            readonly 500: components["responses"]["ProblemFailed"];
            readonly 503: components["responses"]["ProblemUnavailable"];
            readonly "4XX": components["responses"]["Unreadable"];
        };
    };
    readonly confirmTotp: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description One JSON object. Other fields are ignored. */
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @description A code that the app shows now. */
                    readonly code: string;
                };
            };
        };
        readonly responses: {
            readonly 201: components["responses"]["FactorEnrolled"];
            /** @description The body is not one JSON object, or `code` is missing or not a string. */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["Problem400"] & {
                        readonly detail?: "The field \"code\" must be a string" | components["schemas"]["BodyMessage"];
                    };
                };
            };
            readonly 401: components["responses"]["ProblemNotAuthenticated"];
            /** @description The code is wrong, and another one can be tried. Or the password was not confirmed in this session in the last ten minutes, which `type` says. Or the request comes from a page of an origin that is not allowed. */
            readonly 403: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["ConfirmationRequired"] | (components["schemas"]["Problem403"] & {
                        readonly detail?: "Invalid code" | components["schemas"]["CrossSiteMessage"];
                    });
                };
            };
            /** @description No enrolment was begun in this session, or it is too old. Or there is an authenticator app already. Or apps are off, because the server has no key to encrypt secrets with. */
            readonly 409: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["Problem409"] & {
                        readonly detail?: components["schemas"]["EnrolmentMessage"];
                    };
                };
            };
            readonly 413: components["responses"]["ProblemTooLarge"];
            readonly 415: components["responses"]["ProblemUnsupportedType"];
            readonly 417: components["responses"]["ProblemUnmetExpectation"];
            readonly 500: components["responses"]["ProblemFailed"];
            readonly 503: components["responses"]["ProblemUnavailable"];
            readonly "4XX": components["responses"]["Unreadable"];
        };
    };
    readonly renewRecoveryCodes: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The new codes. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["RenewedCodes"];
                };
            };
            readonly 400: components["responses"]["ProblemMalformed"];
            readonly 401: components["responses"]["ProblemNotAuthenticated"];
            readonly 403: components["responses"]["ProblemConfirmToChange"];
            readonly 404: components["responses"]["ProblemNoFactor"];
            readonly 413: components["responses"]["ProblemTooLarge"];
            readonly 417: components["responses"]["ProblemUnmetExpectation"];
            readonly 500: components["responses"]["ProblemFailed"];
            readonly 503: components["responses"]["ProblemUnavailable"];
            readonly "4XX": components["responses"]["Unreadable"];
        };
    };
    readonly distrustBrowsers: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 204: components["responses"]["Done"];
            readonly 400: components["responses"]["ProblemMalformed"];
            readonly 401: components["responses"]["ProblemNotAuthenticated"];
            readonly 403: components["responses"]["ProblemForbidden"];
            readonly 413: components["responses"]["ProblemTooLarge"];
            readonly 417: components["responses"]["ProblemUnmetExpectation"];
            readonly 500: components["responses"]["ProblemFailed"];
            readonly 503: components["responses"]["ProblemUnavailable"];
            readonly "4XX": components["responses"]["Unreadable"];
        };
    };
    readonly distrustBrowser: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description The handle of the trusted browser. Text that cannot be a handle is answered with 404. */
                readonly handle: components["parameters"]["BrowserHandle"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 204: components["responses"]["Done"];
            readonly 400: components["responses"]["ProblemMalformed"];
            readonly 401: components["responses"]["ProblemNotAuthenticated"];
            readonly 403: components["responses"]["ProblemForbidden"];
            readonly 404: components["responses"]["ProblemNoFactor"];
            readonly 413: components["responses"]["ProblemTooLarge"];
            readonly 417: components["responses"]["ProblemUnmetExpectation"];
            readonly 500: components["responses"]["ProblemFailed"];
            readonly 503: components["responses"]["ProblemUnavailable"];
            readonly "4XX": components["responses"]["Unreadable"];
        };
    };
    readonly requestEmailVerification: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 202: components["responses"]["MailQueued"];
            readonly 400: components["responses"]["ProblemMalformed"];
            readonly 401: components["responses"]["ProblemNotAuthenticated"];
            readonly 403: components["responses"]["ProblemForbidden"];
            /** @description The account has no address, or its address is verified already. */
            readonly 409: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["Problem409"] & {
                        /** @constant */
                        readonly detail?: "No address of this account waits to be verified";
                    };
                };
            };
            readonly 413: components["responses"]["ProblemTooLarge"];
            readonly 417: components["responses"]["ProblemUnmetExpectation"];
            readonly 429: components["responses"]["ProblemTooMany"];
            readonly 500: components["responses"]["ProblemFailed"];
            readonly 503: components["responses"]["ProblemUnavailable"];
            readonly "4XX": components["responses"]["Unreadable"];
        };
    };
    readonly verifyEmail: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description One JSON object. Other fields are ignored. */
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly token: components["schemas"]["MailToken"];
                };
            };
        };
        readonly responses: {
            /** @description The address is verified or changed. */
            readonly 204: components["responses"]["Done"];
            /** @description The body is not one JSON object, or the token is missing, not a string or not valid. */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["Problem400"] & {
                        readonly detail?: ("The field \"token\" must be a string" | "Invalid or expired token") | components["schemas"]["BodyMessage"];
                    };
                };
            };
            readonly 403: components["responses"]["ProblemForbidden"];
            /** @description Another account has registered the new address in the meantime. */
            readonly 409: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["Problem409"] & {
                        /** @constant */
                        readonly detail?: "Email already registered";
                    };
                };
            };
            readonly 413: components["responses"]["ProblemTooLarge"];
            readonly 415: components["responses"]["ProblemUnsupportedType"];
            readonly 417: components["responses"]["ProblemUnmetExpectation"];
            readonly 429: components["responses"]["ProblemTooMany"];
            readonly 500: components["responses"]["ProblemFailed"];
            readonly 503: components["responses"]["ProblemUnavailable"];
            readonly "4XX": components["responses"]["Unreadable"];
        };
    };
    readonly requestEmailChange: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description One JSON object. Other fields are ignored. */
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @description The new address. */
                    readonly email: string;
                    readonly password: components["schemas"]["Password"];
                };
            };
        };
        readonly responses: {
            readonly 202: components["responses"]["MailQueued"];
            /** @description The body is not one JSON object, or a field is missing or not a string. */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["Problem400"] & {
                        readonly detail?: ("The field \"email\" must be a string" | "The field \"password\" must be a string") | components["schemas"]["BodyMessage"];
                    };
                };
            };
            readonly 401: components["responses"]["ProblemNotAuthenticated"];
            readonly 403: components["responses"]["ProblemConfirmOrWrongPassword"];
            readonly 413: components["responses"]["ProblemTooLarge"];
            readonly 415: components["responses"]["ProblemUnsupportedType"];
            readonly 417: components["responses"]["ProblemUnmetExpectation"];
            /** @description The text is not an e-mail address. */
            readonly 422: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["Problem422"] & {
                        /** @constant */
                        readonly detail?: "Invalid email";
                    };
                };
            };
            readonly 429: components["responses"]["ProblemTooMany"];
            readonly 500: components["responses"]["ProblemFailed"];
            readonly 503: components["responses"]["ProblemOverloaded"];
            readonly "4XX": components["responses"]["Unreadable"];
        };
    };
    readonly forgotPassword: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description One JSON object. Other fields are ignored. */
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @description The username or e-mail address that is used to log in. */
                    readonly identifier: string;
                };
            };
        };
        readonly responses: {
            /** @description The request is accepted, whether there is an account or not. */
            readonly 202: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Accepted"];
                };
            };
            /** @description The body is not one JSON object, or a field is missing or not a string. */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["Problem400"] & {
                        readonly detail?: "The field \"identifier\" must be a string" | components["schemas"]["BodyMessage"];
                    };
                };
            };
            readonly 403: components["responses"]["ProblemForbidden"];
            readonly 413: components["responses"]["ProblemTooLarge"];
            readonly 415: components["responses"]["ProblemUnsupportedType"];
            readonly 417: components["responses"]["ProblemUnmetExpectation"];
            readonly 429: components["responses"]["ProblemTooMany"];
            readonly 500: components["responses"]["ProblemFailed"];
            readonly 503: components["responses"]["ProblemUnavailable"];
            readonly "4XX": components["responses"]["Unreadable"];
        };
    };
    readonly resetPassword: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description One JSON object. Other fields are ignored. */
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly token: components["schemas"]["MailToken"];
                    readonly password: components["schemas"]["NewPassword"];
                };
            };
        };
        readonly responses: {
            /** @description The password is replaced. */
            readonly 204: components["responses"]["Done"];
            /** @description The body is not one JSON object, or a field is missing, not a string or not valid. */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["Problem400"] & {
                        readonly detail?: ("The field \"token\" must be a string" | "The field \"password\" must be a string" | "Invalid or expired token") | components["schemas"]["BodyMessage"];
                    };
                };
            };
            readonly 403: components["responses"]["ProblemForbidden"];
            readonly 413: components["responses"]["ProblemTooLarge"];
            readonly 415: components["responses"]["ProblemUnsupportedType"];
            readonly 417: components["responses"]["ProblemUnmetExpectation"];
            readonly 422: components["responses"]["ProblemPassword"];
            readonly 429: components["responses"]["ProblemTooMany"];
            readonly 500: components["responses"]["ProblemFailed"];
            readonly 503: components["responses"]["ProblemOverloaded"];
            readonly "4XX": components["responses"]["Unreadable"];
        };
    };
    readonly passkeyOptions: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description One JSON object. Other fields are ignored. */
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @enum {unknown} */
                    readonly for: "register" | "login" | "second_step" | "confirm";
                    readonly identifier?: components["schemas"]["Identifier"];
                    readonly password?: components["schemas"]["Password"];
                };
            };
        };
        readonly responses: {
            readonly 200: components["responses"]["PasskeyOptions"];
            readonly 400: components["responses"]["ProblemOptionsBody"];
            readonly 401: components["responses"]["ProblemNotAuthenticated"];
            readonly 403: components["responses"]["ProblemConfirmToChange"];
            readonly 404: components["responses"]["ProblemNoFactor"];
            readonly 409: components["responses"]["ProblemNoOptions"];
            readonly 413: components["responses"]["ProblemTooLarge"];
            readonly 415: components["responses"]["ProblemUnsupportedType"];
            readonly 417: components["responses"]["ProblemUnmetExpectation"];
            readonly 429: components["responses"]["ProblemTooMany"];
            readonly 500: components["responses"]["ProblemFailed"];
            readonly 503: components["responses"]["ProblemOverloaded"];
            readonly "4XX": components["responses"]["Unreadable"];
        };
    };
    readonly addPasskey: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description One JSON object. Other fields are ignored. */
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @description 1 to 60 characters on one line. Empty for a name that is made of the device. */
                    readonly name: string;
                    /** @description What `navigator.credentials` returned, as `PublicKeyCredential.toJSON()` writes it: bytes are in base64url. At most 8192 characters; other fields are ignored. */
                    readonly response: {
                        readonly id: string;
                        readonly rawId: string;
                        /** @constant */
                        readonly type: "public-key";
                        readonly response: {
                            readonly clientDataJSON: string;
                            readonly attestationObject?: string;
                            readonly authenticatorData?: string;
                            readonly signature?: string;
                            readonly userHandle?: string | null;
                            readonly transports?: readonly string[];
                        };
                    };
                };
            };
        };
        readonly responses: {
            readonly 201: components["responses"]["PasskeyAdded"];
            readonly 400: components["responses"]["ProblemNewPasskeyBody"];
            readonly 401: components["responses"]["ProblemNotAuthenticated"];
            readonly 403: components["responses"]["ProblemConfirmOrPasskeyRefused"];
            readonly 409: components["responses"]["ProblemPasskeyNotAdded"];
            readonly 413: components["responses"]["ProblemTooLarge"];
            readonly 415: components["responses"]["ProblemUnsupportedType"];
            readonly 417: components["responses"]["ProblemUnmetExpectation"];
            readonly 422: components["responses"]["ProblemPasskeyName"];
            readonly 500: components["responses"]["ProblemFailed"];
            readonly 503: components["responses"]["ProblemUnavailable"];
            readonly "4XX": components["responses"]["Unreadable"];
        };
    };
    readonly passkeyLogin: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description One JSON object. Other fields are ignored. */
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @description What `navigator.credentials` returned, as `PublicKeyCredential.toJSON()` writes it: bytes are in base64url. At most 8192 characters; other fields are ignored. */
                    readonly response: {
                        readonly id: string;
                        readonly rawId: string;
                        /** @constant */
                        readonly type: "public-key";
                        readonly response: {
                            readonly clientDataJSON: string;
                            readonly attestationObject?: string;
                            readonly authenticatorData?: string;
                            readonly signature?: string;
                            readonly userHandle?: string | null;
                            readonly transports?: readonly string[];
                        };
                    };
                    /** @description Whether this browser is not to be asked for a second step for 30 days. After a password only. */
                    readonly trust_browser?: boolean;
                };
            };
        };
        readonly responses: {
            readonly 200: components["responses"]["PasskeySignedIn"];
            readonly 400: components["responses"]["ProblemPasskeyLoginBody"];
            readonly 403: components["responses"]["ProblemPasskeyRefused"];
            readonly 409: components["responses"]["ProblemNoSecondStep"];
            readonly 413: components["responses"]["ProblemTooLarge"];
            readonly 415: components["responses"]["ProblemUnsupportedType"];
            readonly 417: components["responses"]["ProblemUnmetExpectation"];
            readonly 429: components["responses"]["ProblemTooMany"];
            readonly 500: components["responses"]["ProblemFailed"];
            readonly 503: components["responses"]["ProblemUnavailable"];
            readonly "4XX": components["responses"]["Unreadable"];
        };
    };
    readonly confirmWithPasskey: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description One JSON object. Other fields are ignored. */
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @description What `navigator.credentials` returned, as `PublicKeyCredential.toJSON()` writes it: bytes are in base64url. At most 8192 characters; other fields are ignored. */
                    readonly response: {
                        readonly id: string;
                        readonly rawId: string;
                        /** @constant */
                        readonly type: "public-key";
                        readonly response: {
                            readonly clientDataJSON: string;
                            readonly attestationObject?: string;
                            readonly authenticatorData?: string;
                            readonly signature?: string;
                            readonly userHandle?: string | null;
                            readonly transports?: readonly string[];
                        };
                    };
                };
            };
        };
        readonly responses: {
            readonly 200: components["responses"]["PasskeyConfirmed"];
            readonly 400: components["responses"]["ProblemResponseBody"];
            readonly 401: components["responses"]["ProblemNotAuthenticated"];
            readonly 403: components["responses"]["ProblemPasskeyRefused"];
            readonly 409: components["responses"]["ProblemPasskeysOff"];
            readonly 413: components["responses"]["ProblemTooLarge"];
            readonly 415: components["responses"]["ProblemUnsupportedType"];
            readonly 417: components["responses"]["ProblemUnmetExpectation"];
            readonly 429: components["responses"]["ProblemTooMany"];
            readonly 500: components["responses"]["ProblemFailed"];
            readonly 503: components["responses"]["ProblemUnavailable"];
            readonly "4XX": components["responses"]["Unreadable"];
        };
    };
    readonly renamePasskey: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description The handle of the passkey. Text that cannot be a handle is answered with 404. */
                readonly handle: components["parameters"]["PasskeyHandle"];
            };
            readonly cookie?: never;
        };
        /** @description One JSON object. Other fields are ignored. */
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @description 1 to 60 characters on one line. */
                    readonly name: string;
                };
            };
        };
        readonly responses: {
            readonly 200: components["responses"]["PasskeyRenamed"];
            readonly 400: components["responses"]["ProblemNameBody"];
            readonly 401: components["responses"]["ProblemNotAuthenticated"];
            readonly 403: components["responses"]["ProblemConfirmToChange"];
            readonly 404: components["responses"]["ProblemNoFactor"];
            readonly 413: components["responses"]["ProblemTooLarge"];
            readonly 415: components["responses"]["ProblemUnsupportedType"];
            readonly 417: components["responses"]["ProblemUnmetExpectation"];
            readonly 422: components["responses"]["ProblemPasskeyName"];
            readonly 500: components["responses"]["ProblemFailed"];
            readonly 503: components["responses"]["ProblemUnavailable"];
            readonly "4XX": components["responses"]["Unreadable"];
        };
    };
    readonly removePasskey: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description The handle of the passkey. Text that cannot be a handle is answered with 404. */
                readonly handle: components["parameters"]["PasskeyHandle"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 204: components["responses"]["Done"];
            readonly 400: components["responses"]["ProblemMalformed"];
            readonly 401: components["responses"]["ProblemNotAuthenticated"];
            readonly 403: components["responses"]["ProblemConfirmToChange"];
            readonly 404: components["responses"]["ProblemNoFactor"];
            readonly 409: components["responses"]["ProblemLastFactor"];
            readonly 413: components["responses"]["ProblemTooLarge"];
            readonly 417: components["responses"]["ProblemUnmetExpectation"];
            readonly 500: components["responses"]["ProblemFailed"];
            readonly 503: components["responses"]["ProblemUnavailable"];
            readonly "4XX": components["responses"]["Unreadable"];
        };
    };
}
