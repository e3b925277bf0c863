// Hostile Lua steps.
import { LUA_HOST } from './attacks/lua-host.ts';
import { LUA_STATE } from './attacks/lua-state.ts';
import { LUA_VALUES } from './attacks/lua-values.ts';
import { describeBattery } from './support/battery.ts';

describeBattery([...LUA_HOST, ...LUA_STATE, ...LUA_VALUES], {
  step: {
    language: 'lua',
    code: 'function run() local n = 0 for _ in pairs(_G) do n = n + 1 end return { 1 + 1, ("x"):rep(2), json.encode({ 1 }), n } end',
  },
  output: '[2,"xx","[1]",34]',
});
