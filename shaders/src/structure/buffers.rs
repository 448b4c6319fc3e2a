//! Buffers that grow with what is written into them.

use std::marker::PhantomData;

use bytemuck::Pod;

use crate::gpu::Gpu;

/// A list on the device.
pub struct ListBuffer<T> {
    buffer: wgpu::Buffer,
    usage: wgpu::BufferUsages,
    count: u32,
    copies: usize,
    #[cfg(test)]
    allocations: usize,
    holds: PhantomData<T>,
}

impl<T: Pod> ListBuffer<T> {
    pub fn new(gpu: &Gpu, usage: wgpu::BufferUsages) -> Self {
        Self::with_copies(gpu, usage, 1)
    }

    /// A list in which every item stands `copies` times: once per vertex where there are no instances.
    pub fn with_copies(gpu: &Gpu, usage: wgpu::BufferUsages, copies: usize) -> Self {
        Self {
            buffer: allocate(gpu, usage, 16 * size_of::<T>()),
            usage,
            count: 0,
            copies,
            #[cfg(test)]
            allocations: 1,
            holds: PhantomData,
        }
    }

    /// Replaces the list. Only a list longer than any before takes new memory.
    pub fn write(&mut self, gpu: &Gpu, items: &[T]) {
        let mut repeated = Vec::new();
        let bytes: &[u8] = if self.copies == 1 {
            bytemuck::cast_slice(items)
        } else {
            repeated.reserve_exact(items.len() * self.copies);
            items.iter().for_each(|item| repeated.extend(std::iter::repeat_n(*item, self.copies)));
            bytemuck::cast_slice(&repeated)
        };
        if bytes.len() as u64 > self.buffer.size() {
            self.buffer = allocate(gpu, self.usage, bytes.len() + bytes.len() / 4);
            #[cfg(test)]
            {
                self.allocations += 1;
            }
        }
        if !bytes.is_empty() {
            gpu.queue.write_buffer(&self.buffer, 0, bytes);
        }
        self.count = items.len() as u32;
    }

    /// How often memory was taken so far.
    #[cfg(test)]
    pub fn allocations(&self) -> usize {
        self.allocations
    }

    pub fn len(&self) -> u32 {
        self.count
    }

    pub fn slice(&self) -> wgpu::BufferSlice<'_> {
        self.buffer.slice(..)
    }
}

fn allocate(gpu: &Gpu, usage: wgpu::BufferUsages, bytes: usize) -> wgpu::Buffer {
    gpu.device.create_buffer(&wgpu::BufferDescriptor {
        label: Some("structure"),
        size: bytes.next_multiple_of(wgpu::COPY_BUFFER_ALIGNMENT as usize) as u64,
        usage: usage | wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: false,
    })
}
