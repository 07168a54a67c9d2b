// Who is logged in: the three values that django.contrib.auth keeps in a session, read, checked and written.

import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Session } from './session';

/** A row of the users' table, as far as a session needs it. */
export interface AuthUser {
  /** The primary key; Django keeps its text. */
  id: string | number | bigint;
  /** The column `password`: the hash, not the password. */
  password: string;
  /** One of AUTHENTICATION_BACKENDS; default django.contrib.auth.backends.ModelBackend. */
  backend?: string;
}

/** The secrets that session hashes are made with. */
export interface AuthSettings {
  /** As in settings.py. */
  SECRET_KEY: string;
  /** Older secrets that still hold (Django 4.1). */
  SECRET_KEY_FALLBACKS?: readonly string[];
}

const MODEL_BACKEND = 'django.contrib.auth.backends.ModelBackend';
const SALT = 'django.contrib.auth.models.AbstractBaseUser.get_session_auth_hash';

/** get_session_auth_hash of Django 3.1 and later: changes when the user's password does. */
export function session_auth_hash(password: string, SECRET_KEY: string): string {
  const key = createHash('sha256').update(SALT).update(SECRET_KEY).digest();
  return createHmac('sha256', key).update(password).digest('hex');
}

/** Whether the session is this user's, and was begun with the password that is valid now; as get_user in Django. */
export function verify(session: Session, user: AuthUser, settings: AuthSettings): boolean {
  if (session.user_id !== String(user.id)) return false;
  const held = session.get('_auth_user_hash');
  if (typeof held !== 'string') return false;
  const secrets = [settings.SECRET_KEY, ...(settings.SECRET_KEY_FALLBACKS ?? [])];
  return secrets.some((secret) => isSame(held, session_auth_hash(user.password, secret)));
}

/**
 * Logs a user in: another user's session is ended, an anonymous one keeps its values under a new key. `save` the
 * session afterwards, and send its new key as the cookie. Signals (`last_login`) and the CSRF token are Django's own.
 */
export async function login(
  session: Session,
  user: AuthUser,
  settings: AuthSettings,
): Promise<void> {
  const hash = session_auth_hash(user.password, settings.SECRET_KEY);
  if (session.has_key('_auth_user_id')) {
    const held = session.get('_auth_user_hash', '');
    const isTheirs =
      session.user_id === String(user.id) && typeof held === 'string' && isSame(held, hash);
    if (!isTheirs) await session.flush();
  } else await session.cycle_key();
  session.set('_auth_user_id', String(user.id));
  session.set('_auth_user_backend', user.backend ?? MODEL_BACKEND);
  session.set('_auth_user_hash', hash);
}

/** Logs out: the session is deleted, with all that is in it. */
export function logout(session: Session): Promise<void> {
  return session.flush();
}

/** Takes the same time whatever is different. */
function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
