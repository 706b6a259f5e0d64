import { SetMetadata } from '@nestjs/common';
import type { Permission } from '@registrar/access';

export const PERMISSION = 'registrar:permission';
export type RouteAccess = Permission | 'public';

/** What a caller must be permitted to do. A route with neither this nor `@Public` stops the start. */
export const Permit = (permission: Permission): MethodDecorator & ClassDecorator =>
  SetMetadata(PERMISSION, permission satisfies RouteAccess);

/** A route that anybody may call, without a key. */
export const Public = (): MethodDecorator & ClassDecorator => SetMetadata(PERMISSION, 'public' satisfies RouteAccess);
