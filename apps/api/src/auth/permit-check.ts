import { Injectable, RequestMethod, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { PERMISSION } from './permit.js';

/** Refuses to start where a route does not say who may call it. */
@Injectable()
export class PermitCheck implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  /** @throws Error naming each such route */
  onModuleInit(): void {
    const open = this.discovery.getControllers().flatMap(({ metatype, instance }) => {
      const type = metatype as (new () => object) | null;
      const prototype = Object.getPrototypeOf(instance) as Record<string, unknown>;
      if (!type) return [];
      return this.scanner.getAllMethodNames(prototype).flatMap((name) => {
        const handler = prototype[name];
        if (typeof handler !== 'function' || !Reflect.hasMetadata('method', handler)) return [];
        const said = this.reflector.getAllAndOverride<unknown>(PERMISSION, [handler as () => void, type]);
        const method = RequestMethod[Reflect.getMetadata('method', handler) as RequestMethod];
        return said === undefined ? [`${type.name}.${name} (${method})`] : [];
      });
    });
    if (open.length > 0) throw new Error(`These routes say neither @Permit nor @Public: ${open.join(', ')}`);
  }
}
