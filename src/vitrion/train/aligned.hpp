// Vectors whose data start on a cache line, for vector instructions.
#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace vitrion::train {

inline constexpr std::size_t cache_line = 64;  // bytes

/// Numbers of doubles are rounded up to this, so that whole vectors can be read and written on every processor.
inline constexpr int vector_pad = 8;

constexpr int padded(int n) {
  return (n + vector_pad - 1) / vector_pad * vector_pad;
}

template <class T>
struct CacheLineAllocator {
  using value_type = T;
  CacheLineAllocator() = default;
  template <class U>
  CacheLineAllocator(const CacheLineAllocator<U>&) {}  // NOLINT(google-explicit-constructor): allocators convert
  T* allocate(std::size_t n) { return static_cast<T*>(::operator new (n * sizeof(T), std::align_val_t{cache_line})); }
  void deallocate(T* p, std::size_t) { ::operator delete (p, std::align_val_t{cache_line}); }
  bool operator==(const CacheLineAllocator&) const { return true; }
};

template <class T>
using AlignedVector = std::vector<T, CacheLineAllocator<T>>;

}  // namespace vitrion::train
