// What both programs do. Neither closes the client: a program ends when its work has ended.
exports.report = async (mc, dumps, loads) => {
  const stored = await mc.set('k', { a: [1, 'b'] });
  const read = await mc.get('k');
  const pickle = dumps(loads(Buffer.from('\x80\x02K\x01K\x02\x86.', 'latin1'))).toString('hex');
  console.log(JSON.stringify({ stored, read, pickle }));
};
