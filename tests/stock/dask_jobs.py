# SPDX-License-Identifier: MIT OR Apache-2.0
import dask
from meet import JOBS, meet

jobs = [dask.delayed(meet, pure=False)() for _ in range(JOBS)]
answers = dask.compute(*jobs, scheduler="threads", num_workers=JOBS)
print(len(answers), *set(answers))
