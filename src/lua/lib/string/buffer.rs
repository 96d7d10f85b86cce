//! A growing byte string that pays the heap for its room.

use std::cell::RefCell;

use crate::lua::account::{Account, DATA, OutOfMemory};
use crate::lua::heap::{Data, Heap};
use crate::lua::value::{DataId, StrId};

/// The tag of a host object that keeps the bytes of a [`ByteBuffer`] while the
/// native that fills it waits for a call.
pub const BUFFER_TAG: u32 = u32::from_be_bytes(*b"sbuf");

/// A spare vector larger than this is freed instead of kept.
const SPARE_MAX: usize = 64 * 1024;
/// The least amount charged at a time.
const FIRST_CHARGE: usize = 256;

thread_local! {
    /// The vector of the last buffer, kept to save the next one an allocation.
    static SPARE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Bytes under construction. Whoever holds one ends it with
/// [`into_string`](Self::into_string), [`release`](Self::release) or
/// [`store`](Self::store), which settle what was charged.
#[derive(Default)]
pub struct ByteBuffer {
    bytes: Vec<u8>,
    charged: u64,
}

impl ByteBuffer {
    /// An empty buffer.
    #[inline]
    pub fn new() -> Self {
        let bytes = SPARE.with(|spare| match spare.try_borrow_mut() {
            Ok(mut spare) => std::mem::take(&mut *spare),
            Err(_) => Vec::new(),
        });
        ByteBuffer { bytes, charged: 0 }
    }

    /// How many bytes there are.
    #[inline]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether there are none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Makes sure that `more` bytes can be added.
    #[inline]
    pub fn reserve(&mut self, more: usize, account: &mut Account) -> Result<(), OutOfMemory> {
        let need = self.bytes.len() as u64 + more as u64;
        if need <= self.charged && need <= self.bytes.capacity() as u64 {
            return Ok(());
        }
        self.grow(need, account)
    }

    #[inline(never)]
    fn grow(&mut self, need: u64, account: &mut Account) -> Result<(), OutOfMemory> {
        if need > self.charged {
            // Doubling keeps the copying linear; close to the cap the bare need
            // has to do. What is charged must not depend on the spare vector's
            // capacity, or runs would differ.
            let generous = need.max(self.charged * 2).max(FIRST_CHARGE as u64);
            let target = match account.charge(generous - self.charged) {
                Ok(()) => generous,
                Err(OutOfMemory) => {
                    account.charge(need - self.charged)?;
                    need
                }
            };
            self.charged = target;
        }
        let target = usize::try_from(self.charged).map_err(|_| OutOfMemory)?;
        if target > self.bytes.capacity() {
            self.bytes.reserve_exact(target - self.bytes.len());
        }
        Ok(())
    }

    /// The vector, to which at most as many bytes may be added as were reserved.
    #[inline]
    pub fn bytes_mut(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    /// Appends bytes.
    #[inline]
    pub fn extend(&mut self, bytes: &[u8], account: &mut Account) -> Result<(), OutOfMemory> {
        self.reserve(bytes.len(), account)?;
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    /// Appends a byte.
    #[inline]
    pub fn push(&mut self, byte: u8, account: &mut Account) -> Result<(), OutOfMemory> {
        self.reserve(1, account)?;
        self.bytes.push(byte);
        Ok(())
    }

    /// Drops all bytes from `len` on.
    #[inline]
    pub fn truncate(&mut self, len: usize) {
        self.bytes.truncate(len);
    }

    /// The string of these bytes. The buffer stays as it is.
    #[inline]
    pub fn intern(&self, heap: &mut Heap) -> Result<StrId, OutOfMemory> {
        heap.intern(&self.bytes)
    }

    /// Ends the buffer: the string of its bytes.
    #[inline]
    pub fn into_string(mut self, heap: &mut Heap) -> Result<StrId, OutOfMemory> {
        let id = self.intern(heap);
        self.release(&mut heap.account);
        id
    }

    /// Ends the buffer without a result; it is empty then.
    pub fn release(&mut self, account: &mut Account) {
        let ByteBuffer { mut bytes, charged } = std::mem::take(self);
        account.release(charged);
        if bytes.capacity() <= SPARE_MAX {
            bytes.clear();
            SPARE.with(|spare| {
                if let Ok(mut spare) = spare.try_borrow_mut()
                    && spare.capacity() < bytes.capacity()
                {
                    *spare = bytes;
                }
            });
        }
    }

    /// A new host object for [`store`](Self::store).
    pub fn new_object(heap: &mut Heap) -> Result<DataId, OutOfMemory> {
        heap.account.charge(DATA)?;
        Ok(DataId(heap.datas.insert(Data {
            tag: BUFFER_TAG,
            ..Data::default()
        })))
    }

    /// Ends the buffer by leaving bytes and charge to a host object; it is empty then.
    pub fn store(&mut self, heap: &mut Heap, id: DataId) {
        let ByteBuffer { bytes, charged } = std::mem::take(self);
        let data = heap.datas.get_mut(id.0);
        data.charged = data.charged.saturating_add(charged);
        data.bytes = bytes;
    }

    /// Takes bytes and charge back from a host object.
    pub fn load(heap: &mut Heap, id: DataId) -> Self {
        let data = heap.datas.get_mut(id.0);
        if data.tag != BUFFER_TAG || !data.values.is_empty() {
            return ByteBuffer::default();
        }
        ByteBuffer {
            bytes: std::mem::take(&mut data.bytes),
            charged: std::mem::take(&mut data.charged),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charges_before_it_grows_and_gives_everything_back() {
        let mut account = Account::new(1_000);
        let mut buffer = ByteBuffer::new();
        assert!(buffer.is_empty());
        buffer.extend(&[b'x'; 300], &mut account).unwrap();
        assert_eq!(account.used(), 300);
        buffer.extend(&[b'y'; 1], &mut account).unwrap();
        assert_eq!(account.used(), 600);
        // Doubling is refused, the bare need is not.
        buffer.extend(&[b'z'; 400], &mut account).unwrap();
        assert_eq!(account.used(), 701);
        assert_eq!(buffer.extend(&[0; 300], &mut account), Err(OutOfMemory));
        assert_eq!((buffer.len(), account.used()), (701, 701));
        buffer.release(&mut account);
        assert_eq!(account.used(), 0);
    }

    #[test]
    fn a_host_object_keeps_the_bytes() {
        let mut heap = Heap::new(1 << 20).unwrap();
        let id = ByteBuffer::new_object(&mut heap).unwrap();
        let before = heap.account.used();
        let mut buffer = ByteBuffer::new();
        buffer.extend(b"abc", &mut heap.account).unwrap();
        buffer.store(&mut heap, id);
        assert!(heap.account.used() > before);
        let mut buffer = ByteBuffer::load(&mut heap, id);
        buffer.push(b'd', &mut heap.account).unwrap();
        let string = buffer.into_string(&mut heap).unwrap();
        assert_eq!(heap.bytes(string), b"abcd");
        assert_eq!(heap.datas.get(id.0).charged, 0);
    }
}
