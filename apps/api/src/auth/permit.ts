import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import type { Permission } from '@registrar/access';

export const PERMISSION = 'registrar:permission';
export type RouteAccess = Permission | 'public';

/** Where the OpenAPI document says it: in each operation. */
export const PERMISSION_MEMBER = 'x-permission';

const says = (access: RouteAccess): MethodDecorator & ClassDecorator =>
  applyDecorators(SetMetadata(PERMISSION, access), ApiExtension(PERMISSION_MEMBER, access));

/** What a caller must be permitted to do. A route with neither this nor `@Public` stops the start. */
export const Permit = (permission: Permission): MethodDecorator & ClassDecorator => says(permission);

/** A route that anybody may call, without a key. */
export const Public = (): MethodDecorator & ClassDecorator => says('public');
