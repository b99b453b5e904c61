// Vectors whose data start on a cache line, for vector instructions.
#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace vitrion::potentials {

template <class T>
struct CacheLineAllocator {
  static constexpr std::align_val_t alignment{64};
  using value_type = T;
  CacheLineAllocator() = default;
  template <class U>
  CacheLineAllocator(const CacheLineAllocator<U>&) {}  // NOLINT(google-explicit-constructor): allocators convert
  T* allocate(std::size_t n) { return static_cast<T*>(::operator new(n * sizeof(T), alignment)); }
  void deallocate(T* p, std::size_t) { ::operator delete(p, alignment); }
  bool operator==(const CacheLineAllocator&) const { return true; }
};

template <class T>
using AlignedVector = std::vector<T, CacheLineAllocator<T>>;

}  // namespace vitrion::potentials
