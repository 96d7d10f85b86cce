// The build inlines Lua files as texts.

declare module "*.lua" {
  const source: string;
  export default source;
}
