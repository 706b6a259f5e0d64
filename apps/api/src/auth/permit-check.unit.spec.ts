import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { DiscoveryModule, NestFactory } from '@nestjs/core';
import { describe, expect, it } from 'vitest';
import { PermitCheck } from './permit-check.js';
import { Permit, Public } from './permit.js';

@Controller('said')
@Public()
class SaidController {
  @Get('a')
  open(): string {
    return 'a';
  }

  @Get('b')
  @Permit('tenants.read')
  guarded(): string {
    return 'b';
  }
}

@Controller('unsaid')
class UnsaidController {
  @Get()
  @Permit('tenants.read')
  guarded(): string {
    return 'a';
  }

  @Get('forgotten')
  forgotten(): string {
    return 'b';
  }
}

@Module({ imports: [DiscoveryModule], controllers: [SaidController], providers: [PermitCheck] })
class SaidModule {}

@Module({ imports: [DiscoveryModule], controllers: [SaidController, UnsaidController], providers: [PermitCheck] })
class UnsaidModule {}

describe('a route that does not say who may call it', () => {
  it('stops the start, by name', async () => {
    const app = await NestFactory.create(UnsaidModule, { logger: false, abortOnError: false });
    await expect(app.init()).rejects.toThrow('These routes say neither @Permit nor @Public: UnsaidController.forgotten (GET)');
  });

  it('is the only thing that does', async () => {
    const app = await NestFactory.create(SaidModule, { logger: false, abortOnError: false });
    await expect(app.init()).resolves.toBeDefined();
    await app.close();
  });
});
